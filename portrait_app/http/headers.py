"""Headers that every answer carries: how long it may be kept, and what a browser must not do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
# A build names these by their content; everything else is asked about again, which costs an answer without a body.
HASHED, FOR_EVER = "/assets/", "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


class CareHeaders:
    """ASGI middleware; what a route says of itself stands."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to the answer's headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers.setdefault(name, value)
                is_hashed = scope["path"].startswith(HASHED) and message["status"] in (200, 206, 304)
                headers.setdefault("cache-control", FOR_EVER if is_hashed else ASK_AGAIN)
            await send(message)

        await self._app(scope, receive, with_headers)
