"""Open tabs without a browser: websockets that shake hands as Reflex's client does, and listen."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from websockets.asyncio.client import ClientConnection, connect

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

# Reflex's client speaks Socket.IO in a namespace of this name, over Engine.IO 4, whose packets begin with a digit.
_NAMESPACE = "/_event"
_PING, _PONG = "2", "3"
_HYDRATE = "reflex___state____state.hydrate_and_load"


class Tab:
    """One open tab: hears what is sent to it, and when."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._awaited = ""
        self._heard_at: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def expect(self, words: str) -> None:
        """Wait for a message in which this regular expression is found, from now on."""
        self._awaited, self._heard_at = words, asyncio.get_running_loop().create_future()

    async def heard_at(self) -> float:
        """Return the moment (seconds since 1970) when they were heard."""
        return await self._heard_at

    async def listen(self) -> None:
        """Take in what comes until the socket is closed."""
        async for message in self._socket:
            if message == _PING:
                await self._socket.send(_PONG)
            elif self._awaited and re.search(self._awaited, str(message)) and not self._heard_at.done():
                self._heard_at.set_result(time.time())


@asynccontextmanager
async def studio_tabs(url: str, path: str, cookie: str, count: int) -> AsyncGenerator[list[Tab]]:
    """Have so many tabs of one person show one room of the studio."""
    where = {"pathname": path, "asPath": path, "query": dict[str, str]()}
    hydrate = {"event": {"name": _HYDRATE, "payload": {}, "router_data": where}}

    async def enter(socket: ClientConnection) -> None:
        await socket.recv()  # Engine.IO's greeting
        await socket.send(f"40{_NAMESPACE},{json.dumps(hydrate)}")
        while "is_hydrated" not in str(await socket.recv()):
            pass

    address = f"{url.replace('http', 'ws', 1)}{_NAMESPACE}/?EIO=4&transport=websocket&token="
    headers = {"Cookie": cookie, "Origin": url}
    async with AsyncExitStack() as stack:
        tabs: list[Tab] = []
        for _ in range(count):
            opening = connect(f"{address}{uuid.uuid4()}", additional_headers=headers, max_size=None, proxy=None)
            socket = await stack.enter_async_context(opening)
            await enter(socket)
            tabs.append(_listening(socket, stack))
        yield tabs


@asynccontextmanager
async def bare_tabs(url: str, count: int) -> AsyncGenerator[list[Tab]]:
    """Have so many websockets open to the bare server."""
    async with AsyncExitStack() as stack:
        address = f"{url.replace('http', 'ws', 1)}/socket"
        sockets = [await stack.enter_async_context(connect(address, proxy=None)) for _ in range(count)]
        yield [_listening(socket, stack) for socket in sockets]


def _listening(socket: ClientConnection, stack: AsyncExitStack) -> Tab:
    tab = Tab(socket)
    stack.callback(asyncio.create_task(tab.listen()).cancel)
    return tab
