"""Stores that are no good: one that answers everything with an error, one that never answers."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    Listen = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def answering(status: int, code: str) -> AsyncGenerator[str]:
    """Answer every request with this error of S3; give the address."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>".encode()
    head = f"HTTP/1.1 {status} No\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\nConnection: close"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next((int(line[15:]) for line in asked.split("\r\n") if line.startswith("content-length:")), 0)
        if "expect: 100-continue" in asked:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await reader.readexactly(length)
        writer.write(f"{head}\r\n\r\n".encode() + body)
        await writer.drain()

    async with _listening(answer) as address:
        yield address


@asynccontextmanager
async def silent() -> AsyncGenerator[tuple[str, asyncio.Event]]:
    """Let everybody in and say nothing; hang up at the end. Give the address, and what tells that somebody came."""
    came, loop = asyncio.Event(), asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as door:  # the kernel lets them in, and nobody looks after them
        loop.add_reader(door, came.set)
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}", came
        finally:
            loop.remove_reader(door)


@asynccontextmanager
async def _listening(listen: Listen) -> AsyncGenerator[str]:
    """Listen while it is open; every connection is closed by its end."""
    connections: list[asyncio.Task[None]] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.append(task)
        with suppress(OSError, asyncio.IncompleteReadError):
            try:
                await listen(reader, writer)
            finally:
                writer.close()
                await writer.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    await asyncio.gather(*connections)


class Passage:
    """A port of this machine that leads on to a store, hears what is asked there, and can be shut.

    Attributes: port: where it is, also after it was shut and opened again. heard: all that was asked, as HTTP has it.
    """

    def __init__(self, to: int) -> None:
        self._to = to
        self._server: asyncio.Server | None = None
        self._inside: set[asyncio.Task[None]] = set()
        self.port = 0
        self.heard = ""

    async def open(self) -> None:
        """Let everybody in."""
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Let nobody in any more, and send away whoever is inside."""
        if self._server is not None:
            self._server.close()
        for task in self._inside:
            task.cancel()
        await asyncio.gather(*self._inside, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._inside.add(task)
        task.add_done_callback(self._inside.discard)
        there, onward = await asyncio.open_connection("127.0.0.1", self._to)
        ways = [asyncio.create_task(self._carry(*way)) for way in ((reader, onward, True), (there, writer, False))]
        try:
            with suppress(asyncio.CancelledError):  # shut: asyncio would tell of it as of an error
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for end in (writer, onward):
                end.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_asked: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if is_asked:
                    self.heard += data.decode("latin-1")
                writer.write(data)
                await writer.drain()
