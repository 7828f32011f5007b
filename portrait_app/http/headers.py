"""Headers that every answer carries: how long it may be kept, and what a browser must not do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# Of documents and workers alone: with each script and stylesheet it were 3 KB of a first visit that nobody reads.
OF_PAGES = {
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), "
        "accelerometer=(), gyroscope=(), magnetometer=(), display-capture=(), idle-detection=(), browsing-topics=()"
    ),
}
# A year, as ASVS 5.0 3.4.1 asks: from the first visit on, a browser speaks TLS with this host or not at all.
OVER_TLS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}
# A build names these by their content; everything else is asked about again, which costs an answer without a body.
HASHED, FOR_EVER = "/assets/", "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
# What a page loads is under the page's own policy, which names each script by its hash and so is long: 2 KB with each
# of a dozen scripts were a tenth of a first visit. A worker alone is under the policy that it comes with.
POLICY, OF_PARTS = "content-security-policy", "default-src 'none'; frame-ancestors 'none'"
PARTS, WORKER = ("text/css", "text/javascript", "application/javascript"), "/service-worker.js"


class CareHeaders:
    """ASGI middleware; what a route says of itself stands.

    Args:
        app: what it stands before.
        more: further headers for every answer, asked for at each.
    """

    def __init__(self, app: ASGIApp, more: Callable[[], Mapping[str, str]]) -> None:
        self._app = app
        self._more = more

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to the answer's headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_part = headers.get("content-type", "").startswith(PARTS) and scope["path"] != WORKER
                if is_part:
                    headers.setdefault(POLICY, OF_PARTS)
                for name, value in {**ALWAYS, **({} if is_part else OF_PAGES), **self._more()}.items():
                    headers.setdefault(name, value)
                is_hashed = scope["path"].startswith(HASHED) and message["status"] in (200, 206, 304)
                headers.setdefault("cache-control", FOR_EVER if is_hashed else ASK_AGAIN)
            await send(message)

        await self._app(scope, receive, with_headers)
