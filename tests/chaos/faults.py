"""A fifth of all calls goes wrong before the provider has heard them: throttled, refused for a moment, or cut off."""

from __future__ import annotations

import socket
import struct
from collections import Counter
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from tests.chaos.api import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from tests.chaos.provider import Provider

SHARE = 0.2
KINDS = ("throttled", "500", "503", "reset")
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: the connection is reset, not closed


class Faults:
    """Wraps the provider's HTTP face; gives every request a `reset` that cuts its connection."""

    def __init__(self, app: ASGIApp, provider: Provider) -> None:
        self._app, self._provider = app, provider
        self._calls: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["reset"] = lambda: _reset(send)
        answer = self._fault(scope) if scope["path"].startswith("/v1/") and not self._provider.plan.is_calm else None
        await (answer or self._app)(scope, receive, send)

    def _fault(self, scope: Scope) -> ASGIApp | None:
        call = f"{scope['method']} {scope['path']}"
        self._calls[call] += 1
        dice = self._provider.plan.dice("call", call, self._calls[call])
        if dice.random() >= SHARE:
            return None
        kind = dice.choice(KINDS)
        self._provider.faults[kind] += 1
        if kind == "throttled":
            return problem(429, "Request was throttled. Your rate limit resets in ~0.2s.", retry_after=0.2)
        if kind == "reset":
            scope["reset"]()
            return Response()  # goes nowhere
        return problem(int(kind), "Internal server error")


def _reset(send: Any) -> None:
    """Cut the connection that uvicorn answers through: `send` is a method of what holds its transport."""
    transport = send.__self__.transport
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()
