"""The one door that the engine knocks at: what it brings is checked, taken in once, and never breaks anything."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from portrait_app.adapters.replicate.errors import EngineDown
from portrait_app.adapters.replicate.secrets import WebhookSecrets
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.http.webhook import MAX_BYTES
from portrait_app.services import inbox, progress
from tests.http.conftest import OTHER, RUNNING, signed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tests.http.conftest import Door


async def test_news_that_the_engine_signed_is_taken_in(door: Door) -> None:
    assert await door.bring(RUNNING) == 200
    order = await door.order(door.portraits)
    assert (order.status, order.job_id) == (OrderStatus.RUNNING, "job1")
    assert order.look_at is not None  # adopted by its webhook, so it is asked about from now on
    assert await door.bring({"id": "t1", "status": "starting"}, to=door.address(OrderKind.TRAINING)) == 200
    assert (await door.order(door.training)).status is OrderStatus.STARTING


async def test_a_delivery_counts_once_by_its_id(door: Door) -> None:
    assert await door.bring(RUNNING, as_id="one") == 200
    assert await door.bring({"id": "job1", "status": "succeeded", "output": ["https://x/1"]}, as_id="one") == 200
    assert (await door.order(door.portraits)).status is OrderStatus.RUNNING


@pytest.mark.parametrize("name", ["webhook-id", "Webhook-Id", "webhook-timestamp", "webhook-signature"])
async def test_a_letter_that_names_a_header_twice_is_refused(door: Door, name: str) -> None:
    """Else the one would be checked and the other kept, and the same letter could come in again and again."""
    body = json.dumps(RUNNING).encode()
    headers = signed(body, "one")
    for twice in ([(name, "two"), *headers.items()], [*headers.items(), (name, headers[name.lower()])]):
        assert (await door.browser.post(door.address(), content=body, headers=twice)).status_code == 401


async def test_deliveries_at_the_same_moment_are_one(door: Door) -> None:
    assert set(await asyncio.gather(*(door.bring(RUNNING, as_id="one") for _ in range(8)))) == {200}


@pytest.mark.parametrize("secret", [OTHER])
async def test_news_signed_by_somebody_else_is_refused(door: Door, secret: str) -> None:
    assert await door.bring(RUNNING, secret=secret) == 401


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_news_from_another_time_is_refused(door: Door, minutes: int) -> None:
    body = json.dumps(RUNNING).encode()
    headers = signed(body, "one", age=timedelta(minutes=minutes))
    assert (await door.browser.post(door.address(), content=body, headers=headers)).status_code == 401


async def test_a_signature_covers_every_byte_of_the_body(door: Door) -> None:
    body = json.dumps(RUNNING).encode()
    reply = await door.browser.post(door.address(), content=body + b" ", headers=signed(body, "one"))
    assert reply.status_code == 401


async def test_an_address_that_we_never_gave_is_refused(door: Door) -> None:
    mine = httpx.URL(door.address())
    other = httpx.URL(door.address(OrderKind.TRAINING))
    addresses = [
        mine.copy_set_param("kind", "training"),
        mine.copy_set_param("order", str(door.training)),
        mine.copy_set_param("by", other.params["by"]),
        mine.copy_set_param("by", ""),
        mine.copy_set_param("by", "ü\ud800".encode(errors="replace").decode("latin-1")),
        mine.copy_remove_param("by"),
        mine.copy_remove_param("kind"),
        mine.copy_remove_param("order"),
        mine.copy_set_param("kind", "Prediction"),
        mine.copy_set_param("order", "' OR 1=1"),
        mine.copy_with(query=b"%ff%00=%ed%a0%80&&&=&order"),
        mine.copy_with(query=None),
    ]
    assert [await door.bring(RUNNING, to=str(address)) for address in addresses] == [401] * len(addresses)
    assert (await door.order(door.portraits)).job_id is None


async def test_an_order_that_is_gone_is_no_error_and_is_counted(door: Door) -> None:
    for _ in range(2):
        assert await door.bring(RUNNING, to=door.address(order_id=uuid4())) == 200
    assert (await door.counts())[inbox.UNKNOWN] == 2


async def test_a_job_that_is_not_the_orders_changes_nothing_and_is_counted(door: Door) -> None:
    assert await door.bring(RUNNING) == 200
    assert await door.bring({"id": "job2", "status": "failed", "error": "x"}) == 200
    assert await door.bring(RUNNING, to=door.address(OrderKind.TRAINING)) == 200  # one job can't be two orders'
    assert (await door.order(door.portraits)).status is OrderStatus.RUNNING
    assert (await door.order(door.training)).job_id is None
    assert (await door.counts())[progress.STRANGERS] == 2


async def test_a_training_whose_version_is_no_version_has_failed_in_words(door: Door) -> None:
    said = {"id": "t1", "status": "succeeded", "output": {"version": "not one"}}
    assert await door.bring(said, to=door.address(OrderKind.TRAINING)) == 200
    async with door.house.desk.for_person(door.owner_id) as work:
        training = await work.trainings.get((await door.order(door.training)).training_id)
    assert (training.status.value, training.trouble) == ("failed", progress.NO_MODEL)


async def test_too_much_is_not_read(door: Door) -> None:
    read = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b" " * (1 << 20)

    reply = await door.browser.post(door.address(), content=endless(), headers=signed(b"", "one"))
    assert reply.status_code == 413
    assert read <= (MAX_BYTES >> 20) + 2


async def test_what_has_no_address_of_ours_is_not_read_at_all(door: Door) -> None:
    async def never() -> AsyncGenerator[bytes]:
        pytest.fail("its body was read")
        yield b""

    assert (await door.browser.post("/api/webhook", content=never())).status_code == 401


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
async def test_nothing_but_post_is_answered(door: Door, method: str) -> None:
    assert (await door.browser.request(method, door.address())).status_code == 405


async def test_when_the_secret_can_not_be_had_the_engine_is_asked_to_come_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> None:
        raise EngineDown("no answer")

    monkeypatch.setattr(door.gateway, "verify", down)
    assert await door.bring(RUNNING) == 503


async def test_with_the_engine_down_only_what_could_be_its_news_is_asked_to_come_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door.gateway, "_secrets", WebhookSecrets(door.gateway.account_webhook_secret, ""))
    body = json.dumps(RUNNING).encode()
    genuine, old = signed(body, "one"), signed(body, "one", age=timedelta(minutes=6))
    for headers in ({}, old, genuine | {"webhook-signature": "v1,forged"}, genuine | {"webhook-id": ""}):
        assert (await door.browser.post(door.address(), content=body, headers=headers)).status_code == 401
    assert await door.bring(RUNNING) == 503


@pytest.mark.parametrize("why", [OperationalError, InterfaceError, NoConnection])
async def test_while_the_database_can_not_be_had_the_engine_is_asked_to_come_again(
    door: Door, monkeypatch: pytest.MonkeyPatch, why: type[Exception]
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise why("no connection", None, OSError()) if issubclass(why, DBAPIError) else why("none is free")

    monkeypatch.setattr(inbox, "take", broken)
    assert await door.bring(RUNNING) == 503
