"""The account, its hardware, and the secret that its webhooks are signed with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from portrait_app.darkroom.api.requests import darkroom_of
from portrait_app.darkroom.catalogue import HARDWARE
from portrait_app.darkroom.problems import not_working

if TYPE_CHECKING:
    from starlette.requests import Request


async def get_account(request: Request) -> JSONResponse:
    """`GET /v1/account`: what clients ask to see that the engine is well, so it says when nobody works on its jobs.

    Raises: Problem: the queue has died.
    """
    if darkroom_of(request).work.done():
        raise not_working()
    return JSONResponse({"type": "user", "username": darkroom_of(request).options.account, "name": "Darkroom"})


async def list_hardware(_: Request) -> JSONResponse:
    """`GET /v1/hardware`."""
    return JSONResponse(HARDWARE)


async def get_webhook_secret(request: Request) -> JSONResponse:
    """`GET /v1/webhooks/default/secret`."""
    return JSONResponse({"key": darkroom_of(request).webhook_secret})
