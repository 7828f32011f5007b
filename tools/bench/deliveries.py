"""How many webhooks a second are taken in, and how soon each is answered, beside a bare route that inserts one row.

Both are one process with one Postgres. The requests are signed and written out before, and sent over connections that
stay open, so that two cores measure the servers more than the sender.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
import uuid
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
from standardwebhooks import Webhook

from portrait_app.domain.lifecycle import OrderStatus, TrainingStatus
from portrait_app.domain.order import Order, OrderKind
from portrait_app.domain.training import Training
from portrait_app.services import progress
from portrait_app.wiring import furnish, open_workshop, webhook_of
from tools import newcomers
from tools.bench.bare_inbox import bare_inbox
from tools.bench.figure import Figure

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from tools.bench.sitting import Sitting

ORDERS = 20  # whose news comes in turn: two deliveries of one order wait for each other
SINGLE, TOGETHER, AT_ONCE = 300, 1600, 16
WARM_UP = 40
BARE = "bare Starlette: verify, insert a row"


async def measure(sitting: Sitting) -> list[Figure]:
    """Deliver news of orders that are known, one at a time and several at once."""
    base_url, key = sitting.running.engine
    async with httpx.AsyncClient(timeout=30) as client:
        secret = (await client.get(f"{base_url}/webhooks/default/secret", headers=key)).json()["key"]
    conninfo = furnish(sitting.running.settings).address.conninfo()
    async with _orders(sitting) as addresses, bare_inbox(conninfo, secret) as bare:
        ours = [(address, f"measured{number}") for number, address in enumerate(addresses)]
        plain = [(f"{bare}?{urlsplit(address).query}", job) for address, job in ours]
        alone_bare, _ = await _delivered(plain, secret, SINGLE, at_once=1)
        alone, _ = await _delivered(ours, secret, SINGLE, at_once=1)
        many_bare, took_bare_s = await _delivered(plain, secret, TOGETHER, at_once=AT_ONCE)
        many, took_s = await _delivered(ours, secret, TOGETHER, at_once=AT_ONCE)
    name = f"webhooks a second, {AT_ONCE} at once"
    return [
        _latency("webhook answered, one at a time", alone, alone_bare),
        _latency(f"webhook answered, {AT_ONCE} at once", many, many_bare),
        Figure(name, TOGETHER / took_s, "/s", TOGETHER / took_bare_s, BARE, TOGETHER),
    ]


def _latency(name: str, ours: Sequence[float], bare: Sequence[float]) -> Figure:
    also = {"p99": statistics.quantiles(ours, n=100)[-1], "bare p99": statistics.quantiles(bare, n=100)[-1]}
    return Figure(name, statistics.median(ours), "ms", statistics.median(bare), BARE, len(ours), also)


async def _delivered(
    targets: Sequence[tuple[str, str]], secret: str, count: int, *, at_once: int
) -> tuple[list[float], float]:
    """Deliver news to each target in turn; return the ms until each was answered, and the seconds for all."""
    requests = [_request(*targets[number % len(targets)], secret, number) for number in range(WARM_UP + count)]
    where = urlsplit(targets[0][0])
    assert where.hostname is not None
    lines = [await asyncio.open_connection(where.hostname, where.port) for _ in range(at_once)]
    for request in requests[:WARM_UP]:
        await _post(*lines[0], request)
    waiting, took = iter(requests[WARM_UP:]), list[float]()

    async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for request in waiting:
            began = time.perf_counter()
            await _post(reader, writer, request)
            took.append((time.perf_counter() - began) * 1000)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(send(*line) for line in lines))
    return took, time.perf_counter() - began


def _request(address: str, job: str, secret: str, number: int) -> bytes:
    """Write out a request that brings a training's news, signed as the engine signs."""
    bar = f"darkroom_train: {number % 100:3}%|█████     | {number % 100}/100 [00:10<00:10,  1.00it/s]"
    body = json.dumps({"id": job, "status": "processing", "logs": f"refining\n{bar}", "input": {}})
    message, now = f"msg_{uuid.uuid4()}", datetime.now(UTC)
    where = urlsplit(address)
    head = (
        f"POST {where.path}?{where.query} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body.encode())}\r\nwebhook-id: {message}\r\n"
        f"webhook-timestamp: {int(now.timestamp())}\r\n"
        f"webhook-signature: {Webhook(secret).sign(message, now, body)}\r\n\r\n"
    )
    return f"{head}{body}".encode()


async def _post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    assert head.startswith("http/1.1 200"), head  # a refusal would be fast, and prove nothing
    length = head.partition("content-length:")[2].partition("\r\n")[0]
    await reader.readexactly(int(length or 0))


@asynccontextmanager
async def _orders(sitting: Sitting) -> AsyncGenerator[list[str]]:
    """Write down trainings of a person of their own that are under way; yields the addresses that take their news."""
    async with open_workshop(sitting.running.settings) as workshop:
        webhook, now = webhook_of(sitting.running.settings), datetime.now(UTC)
        who = await newcomers.signs_up(
            workshop.desk,
            name="Measured",
            email=f"{uuid.uuid4()}@example.com",
            password=f"{uuid.uuid4()}",
            device="bench",
        )
        addresses: list[str] = []
        ids: list[uuid.UUID] = []
        async with workshop.desk.for_person(who.owner_id) as work:
            for _ in range(ORDERS):
                training = work.trainings.add(
                    Training(owner_id=who.owner_id, status=TrainingStatus.LEARNING, trainer="darkroom", started_at=now)
                )
                await work.session.flush()
                order = Order(owner_id=who.owner_id, kind=OrderKind.TRAINING, training_id=training.id)
                ids.append(work.orders.add(order).id)
                address = webhook.of(order.kind, order.id)
                assert address is not None
                addresses.append(address)
        async with workshop.desk.for_service(who.owner_id) as work:
            for number, order_id in enumerate(ids):
                sent = await work.orders.get(order_id)
                # Sent tomorrow: the engine doesn't know these jobs, and is believed about those alone that it should.
                sent.status, sent.job_id = OrderStatus.RUNNING, f"measured{number}"
                sent.sent_at = now + timedelta(days=1)
        yield addresses
        async with workshop.desk.for_service(who.owner_id) as work:
            for order_id in ids:
                await progress.end(work, order_id, OrderStatus.CANCELED, trouble="Measured.", detail="the bench's own")
