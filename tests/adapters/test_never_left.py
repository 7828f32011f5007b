"""Which orders certainly never left this machine, and may be sent again freely: of all others nobody can be sure."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from typing import TYPE_CHECKING

import httpx
import pytest
from httpcore._backends.anyio import AnyIOStream
from replicate import AsyncReplicate

from portrait_app.adapters.replicate import bounded
from portrait_app.adapters.replicate.bounded import BoundedClient, leaving_by
from portrait_app.adapters.replicate.calls import body_of, ordering
from portrait_app.adapters.replicate.errors import NotSent, ReplyLost
from portrait_app.domain.clock import seconds_on
from portrait_app.domain.order import OrderKind
from tests.certificate import certificate

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from pathlib import Path

    Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

TIMEOUT = httpx.Timeout(2, connect=0.5)


async def order(base: str, *, trusts: ssl.SSLContext | None = None) -> None:
    """Make the one call that costs, by the client that the gateway makes it with."""
    http = BoundedClient(timeout=TIMEOUT, trust_env=False, verify=trusts or True)
    async with AsyncReplicate(bearer_token="a-token", base_url=base, max_retries=0, http_client=http) as client:
        with ordering(OrderKind.PREDICTION):
            body_of(await client.predictions.with_raw_response.create(version="1" * 64, input={"seed": 1}))


@contextlib.asynccontextmanager
async def server(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncGenerator[int]:
    """Listen on a port of this machine, and talk with whoever comes."""
    listening = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


async def test_where_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        with pytest.raises(NotSent):
            await order(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")


async def test_a_name_without_an_address() -> None:
    with pytest.raises(NotSent):
        await order("https://engine.invalid/v1")


async def test_a_certificate_that_is_not_to_be_trusted(tmp_path: Path) -> None:
    ours, _ = certificate(tmp_path, "localhost")
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())

    async with server(listen, ours) as port:
        with pytest.raises(NotSent):
            await order(f"https://localhost:{port}/v1")
    assert not any(heard)


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"], ids=["hangs up", "speaks no TLS"])
async def test_a_handshake_that_comes_to_nothing(says: bytes) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(says)
        writer.close()

    async with server(hang_up) as port:
        with pytest.raises(NotSent):
            await order(f"https://localhost:{port}/v1")


async def test_a_handshake_that_never_ends() -> None:
    is_over = asyncio.Event()

    async def be_silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await is_over.wait()
        writer.close()

    async with server(be_silent) as port:
        with pytest.raises(NotSent):
            await order(f"https://localhost:{port}/v1")
        is_over.set()


@pytest.mark.parametrize("reads", [0, 1], ids=["at once", "in the middle of the order"])
async def test_nobody_knows_once_the_handshake_is_done(tmp_path: Path, reads: int) -> None:
    ours, trusts = certificate(tmp_path, "localhost")

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if reads:
            await reader.read(reads)
        writer.transport.abort()

    async with server(hang_up, ours) as port:
        with pytest.raises(ReplyLost):
            await order(f"https://localhost:{port}/v1", trusts=trusts)


async def test_nobody_knows_when_a_connection_that_was_used_before_turns_out_to_be_closed() -> None:
    """A server that closes an idle connection just as the order goes out may have read it, or not."""

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    http = BoundedClient(timeout=TIMEOUT, trust_env=False)
    async with server(answer_once) as port, http:
        url = f"http://127.0.0.1:{port}/v1"
        async with AsyncReplicate(bearer_token="t", base_url=url, max_retries=0, http_client=http) as client:
            await http.get(url)
            with pytest.raises(ReplyLost), ordering(OrderKind.PREDICTION):
                await client.predictions.with_raw_response.create(version="1" * 64, input={})


async def test_what_could_not_leave_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine slept while it connected: nothing is written on the connection that it has when it wakes."""
    heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.set_result(await reader.read())
        writer.close()

    async with server(listen) as port, asyncio.timeout(10):
        with leaving_by(seconds_on() + 40):
            monkeypatch.setattr(bounded, "seconds_on", lambda: seconds_on() + 60)
            with pytest.raises(NotSent):
                await order(f"http://127.0.0.1:{port}/v1")
        assert await heard == b""


async def test_no_body_leaves_too_late_after_its_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process was stopped between the two: what is there is half an order, and the connection is closed on it."""
    heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    later = iter([0, 60])

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.set_result(await reader.read())
        writer.close()

    async with server(listen) as port, asyncio.timeout(10):
        with leaving_by(seconds_on() + 40):
            monkeypatch.setattr(bounded, "seconds_on", lambda: seconds_on() + next(later))
            with pytest.raises(NotSent):
                await order(f"http://127.0.0.1:{port}/v1")
        head, _, body = (await heard).partition(b"\r\n\r\n")
    assert b"content-length: " in head.lower()
    assert body == b""


async def test_an_orders_body_is_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a look at the clock before it is one before each byte of it."""
    written: list[bytes] = []
    write = AnyIOStream.write

    async def note(stream: AnyIOStream, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 -- httpcore's
        written.append(buffer)
        await write(stream, buffer, timeout)

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"}")
        writer.close()

    monkeypatch.setattr(AnyIOStream, "write", note)
    async with server(hang_up) as port:
        with pytest.raises(ReplyLost):
            await order(f"http://127.0.0.1:{port}/v1")
    head, body = filter(None, written)
    assert head.endswith(b"\r\n\r\n")
    assert json.loads(body) == {"version": "1" * 64, "input": {"seed": 1}}
