"""An engine over real HTTP that answers as it is told, or breaks the connection, and writes down what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

HANG_UP = "hang up"
SILENCE = "silence"
DRIP = "drip"  # a reply that comes byte by byte, and never ends


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """A reply; `body` is JSON, or bytes as they are; a header without a value is left out."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        raw = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        headers = {"Content-Length": str(len(raw)), "Content-Type": "application/json", "Connection": "close"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in (headers | self.headers).items() if value)
        return f"HTTP/1.1 {self.status} Said\r\n{lines}\r\n".encode() + raw


@dataclass(frozen=True)
class Raw(Answer):
    """A reply as it goes over the wire, head and all."""

    whole: bytes = b""

    def encoded(self) -> bytes:
        return self.whole


def problem(status: int, body: dict[str, Any]) -> Answer:
    """A no in the engine's own form."""
    return Answer(status, {"status": status, **body}, {"Content-Type": "application/problem+json"})


MISSING = problem(404, {"detail": "Not found"})


class ScriptedEngine:
    """`answers` by "METHOD /path": an Answer, HANG_UP, SILENCE, DRIP, or a function of what was asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: dict[str, Answer | str | Callable[[Asked], Answer]] = {}
        self.base = ""
        self._over = asyncio.Event()

    def asked_for(self, line: str) -> list[Asked]:
        return [asked for asked in self.asked if f"{asked.method} {asked.path.partition('?')[0]}" == line]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over.set()
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await _read(reader)
            self.asked.append(asked)
            answer = self.answers.get(f"{asked.method} {asked.path.partition('?')[0]}", MISSING)
            if answer == SILENCE:
                await self._over.wait()
            elif answer == DRIP:
                await self._drip(writer)
            elif answer != HANG_UP:
                assert not isinstance(answer, str)
                writer.write((answer if isinstance(answer, Answer) else answer(asked)).encoded())
                await writer.drain()
        finally:
            writer.close()

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Said\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")
        with contextlib.suppress(ConnectionError):
            while not self._over.is_set() and not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._over.wait(), 0.05)


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    return Asked(method, path, headers, await reader.readexactly(int(headers.get("content-length", 0))))
