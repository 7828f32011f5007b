"""Gives a browser the look of whoever is signed in there with the page itself, so that the first paint wears it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response

from portrait_app.errors import SignedOut
from portrait_app.http import forms
from portrait_app.http.cookies import token_of
from portrait_app.services import accounts, sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from portrait_app.wiring import Workshop

log = structlog.get_logger()

PATIENCE_S = 0.5  # a page doesn't wait longer for its colours
_OF_WHAT_WAS_KEPT = (b"if-none-match", b"if-modified-since")


class WearsLook:
    """ASGI middleware: a page that is gone to brings the look's cookie, where it is another than the person's.

    It was chosen on another device, say, while this browser was shut. The page's own script would learn of it only
    over the websocket, after the first paint.
    """

    def __init__(self, app: ASGIApp, workshop_of: Callable[[], Workshop]) -> None:
        self._app = app
        self._workshop_of = workshop_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the cookie to the answer."""
        if not _is_page(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        worn = await self._worn(request)
        if not worn or worn == request.cookies.get("look"):
            await self._app(scope, receive, send)
            return
        # As if nothing had been kept: what brings a cookie is a whole answer.
        headers = [(name, value) for name, value in scope["headers"] if name not in _OF_WHAT_WAS_KEPT]
        cookie = _cookie(request, self._workshop_of(), worn)

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self._app({**scope, "headers": headers}, receive, with_cookie)

    async def _worn(self, request: Request) -> str:
        """Return the look of whoever is signed in; nothing where nobody is, or where that can't be told in time."""
        try:
            workshop = self._workshop_of()
            async with asyncio.timeout(PATIENCE_S):
                token = token_of(request, workshop.settings)
                someone = await sessions.who(workshop.desk, token, is_used=False)
                if someone is None:
                    return ""
                async with workshop.desk.for_person(someone.owner_id) as work:
                    return accounts.look_cookie(await work.accounts.mine())
        except (SQLAlchemyError, OSError, SignedOut) as error:  # a page without its colours is still a page
            log.info("look.not_read", why=type(error).__name__)
            return ""


def _is_page(scope: Scope) -> bool:
    """Whether a browser goes to a page, and not for a part of one."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    headers = dict(scope["headers"])
    # What the service worker fetches for a page that is gone to has no destination any more, in Chromium.
    is_gone_to = headers.get(b"sec-fetch-mode") == b"navigate" and headers.get(b"sec-fetch-dest") == b"empty"
    is_document = headers.get(b"sec-fetch-dest", b"document") == b"document"
    return (is_gone_to or is_document) and b"text/html" in headers.get(b"accept", b"")


def _cookie(request: Request, workshop: Workshop, worn: str) -> str:
    answer = Response()
    forms.wear(request, answer, workshop, worn)
    return answer.headers["set-cookie"]
