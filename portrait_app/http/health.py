"""Whether each part that the house stands on answers."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portrait_app.services.limits import network_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from portrait_app.wiring import Workshop

ASKERS = "asked_by"
LASTS_S = 2.0  # of an answer: the engine and the store count what they are asked, and anybody may ask here


class Asker(StrEnum):
    """Whom we take whoever asks for, which is how limits count them."""

    NETWORK = "a network"
    NOBODY = "nobody"  # this machine: themselves, or a proxy here that says nothing
    PROXY = "a proxy"  # one that we don't believe

    @classmethod
    def of(cls, request: Request) -> Asker:
        """Compare what a proxy says with whom the server made of it, which believes those it was told to."""
        host, named = request.client.host if request.client else "", request.headers.get("x-forwarded-for", "")
        if named:
            return cls.NETWORK if host in named else cls.PROXY
        return cls.NETWORK if network_of(host) else cls.NOBODY


@dataclass(frozen=True)
class Asked:
    """A question put to every part of a workshop, and when."""

    workshop: Workshop
    at: float
    answer: asyncio.Task[dict[str, bool]]


def health_routes(workshop_of: Callable[[], Workshop]) -> list[Route]:
    """Return the route; it says which parts answer, nothing of what they hold, and as whom limits count the asker.

    However many ask, the parts are asked once in some seconds: strangers could else use up what an engine grants us.
    """
    last: Asked | None = None

    async def health(request: Request) -> Response:
        nonlocal last
        workshop, at = workshop_of(), time.monotonic()
        if last is None or last.workshop is not workshop or at - last.at >= LASTS_S:
            last = Asked(workshop, at, asyncio.create_task(workshop.health()))
        parts = await asyncio.shield(last.answer)  # who goes away takes it from nobody
        return JSONResponse(
            {
                "parts": {part: "ok" if is_up else "down" for part, is_up in parts.items()},
                ASKERS: Asker.of(request).value,
            },
            200 if all(parts.values()) else 503,
            headers={"Cache-Control": "no-store"},
        )

    return [Route("/api/health", health, methods=["GET"])]
