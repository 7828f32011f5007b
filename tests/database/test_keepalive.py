"""A database that vanished without a word is noticed: every connection over TCP asks whether it is still there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from typing import TYPE_CHECKING

import psutil
import pytest

from portrait_app.adapters.queue import jobs_app
from portrait_app.database.address import Address, Role
from portrait_app.database.news import listen
from portrait_app.database.session import Database

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

TCP = socket.IPPROTO_TCP
IDLE_S, BETWEEN_S, TIMES = 30, 10, 3


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def over_tcp(address: Address) -> AsyncGenerator[Address]:
    """The same database over TCP: a relay to its Unix socket."""
    where, port = address.admin.query["host"], address.admin.query.get("port", address.admin.port or 5432)

    relays: list[asyncio.Task[None] | None] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relays.append(asyncio.current_task())
        to_reader, to_writer = await asyncio.open_unix_connection(f"{where}/.s.PGSQL.{port}")
        await asyncio.gather(_pump(reader, to_writer), _pump(to_reader, writer))

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    async with server:
        host, relayed = server.sockets[0].getsockname()
        yield Address(address.admin.set(host=host, port=relayed, query={}), address.key)
        await asyncio.gather(*filter(None, relays))


def asks(over_tcp: Address) -> list[tuple[bool, int, int, int]]:
    """Whether and how often each of our connections to the relay asks: (at all, idle s, interval s, times)."""
    found: list[tuple[bool, int, int, int]] = []
    for one in psutil.Process().net_connections("tcp"):
        if one.raddr and one.raddr.port == over_tcp.admin.port:
            with socket.socket(fileno=os.dup(one.fd)) as ours:
                options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
                idle_s, between_s, times = (ours.getsockopt(TCP, option) for option in options)
                found.append((bool(ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)), idle_s, between_s, times))
    return found


async def test_the_one_that_waits_for_news_asks(over_tcp: Address) -> None:
    async with contextlib.aclosing(listen(over_tcp)) as news:
        assert await anext(news) is None
        assert asks(over_tcp) == [(True, IDLE_S, BETWEEN_S, TIMES)]


async def test_those_of_transactions_ask(over_tcp: Address) -> None:
    database = Database(over_tcp)
    async with database.transaction(Role.SERVICE, None):
        assert asks(over_tcp) == [(True, IDLE_S, BETWEEN_S, TIMES)]
    await database.close()


async def test_those_of_the_chores_ask(over_tcp: Address) -> None:
    async with jobs_app(over_tcp).open_async():
        assert set(asks(over_tcp)) == {(True, IDLE_S, BETWEEN_S, TIMES)}
