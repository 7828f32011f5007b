"""Orders that can't be sent, for want of something here, and uploads that two workers made for one of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.adapters.buckets.errors import BucketDown
from portrait_app.adapters.replicate.errors import NotSent, ReplyLost, StoppedOnTheWay, Throttled
from portrait_app.database.address import Role
from portrait_app.database.orders import counted
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import GenerationStatus, OrderStatus, TrainingStatus
from portrait_app.domain.order import WE_WERE_OFF, Order, OrderKind
from portrait_app.domain.rows import new_id
from portrait_app.jobs import tasks
from portrait_app.jobs.patience import wait_for
from portrait_app.services import orders, requests, uploading
from portrait_app.services.settling import DOUBT_AFTER, Unsettled
from portrait_app.services.trainings import PREPARING
from tests.builders import change
from tests.fakes import Uploaded
from tests.services.losing import let_time_pass, order_of, recorded

if TYPE_CHECKING:
    from uuid import UUID

    from tests.builders import House

LONG = timedelta(days=3)


async def test_a_photo_that_is_no_longer_there_ends_it_in_words(house: House, ada: UUID) -> None:
    order = await recorded(house, ada, OrderKind.TRAINING)
    async with house.desk.for_service(ada) as work:
        key = (await work.selfies.of(order.training_id))[0].key
    assert key is not None
    await house.desk.buckets.of(ada).delete(key)
    await house.sender.send(ada, order.id)
    async with house.desk.for_person(ada) as work:
        training = await work.trainings.get(order.training_id)
    assert (training.status, training.trouble) == (TrainingStatus.FAILED, orders.INCOMPLETE)


async def test_while_the_store_is_away_a_training_says_why_it_waits_and_goes_on_when_it_is_back(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await recorded(house, ada, OrderKind.TRAINING)

    async def down(*_: object) -> bytes:
        raise BucketDown("no answer")

    async def phase() -> str:
        async with house.desk.for_person(ada) as work:
            return (await work.trainings.get(order.training_id)).phase

    with monkeypatch.context() as patch:
        patch.setattr(DiskBucket, "get", down)
        for _ in range(2):
            with pytest.raises(BucketDown):
                await house.sender.send(ada, order.id)
        assert await phase() == uploading.PHOTOS_AWAY
    assert (house.engine.created, house.engine.files) == ([], {})
    await house.sender.send(ada, order.id)
    assert (await phase(), len(house.engine.created)) == (PREPARING, 1)


async def test_a_style_that_an_upgrade_took_away_ends_it_in_words(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await recorded(house, ada)
    # In another dictionary: what is taken out of this comes back as its last, and into no first set of later tests.
    monkeypatch.setattr(requests, "STYLES", {name: style for name, style in requests.STYLES.items() if name != "noir"})
    await house.sender.send(ada, order.id)
    assert order.generation_id is not None
    async with house.desk.for_person(ada) as work:
        generation = await work.generations.get(order.generation_id)
    assert (generation.status, generation.trouble) == (GenerationStatus.FAILED, orders.INCOMPLETE)
    assert house.engine.created == []


@pytest.mark.parametrize("error", [NotSent("no network yet"), Throttled("429", 1)], ids=["not sent", "throttled"])
async def test_an_order_written_down_before_days_off_is_tried_for_a_day_all_the_same(
    house: House, ada: UUID, error: Exception
) -> None:
    order = await recorded(house, ada)
    await change(house, order, created_at=now() - LONG, silent_since=now() - LONG, silent_at=now() - LONG)
    house.engine.fails_next = error
    with pytest.raises(type(error)):
        await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.RECORDED


async def test_of_two_uploads_for_one_order_the_first_that_is_written_down_counts(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await recorded(house, ada, OrderKind.TRAINING)
    is_uploading, may_end = asyncio.Event(), asyncio.Event()

    async def unseen(_: str) -> tuple[list[Uploaded], bool]:
        return [], True

    async def upload(_: str, data: bytes) -> Uploaded:
        name = f"file{len(house.engine.files)}"
        house.engine.files[name] = data
        if name == "file0":
            is_uploading.set()
            await may_end.wait()
        return Uploaded(name, f"http://engine/files/{name}")

    monkeypatch.setattr(house.engine, "find_files", unseen)
    monkeypatch.setattr(house.engine, "upload", upload)
    slow = asyncio.create_task(house.sender.send(ada, order.id))
    await is_uploading.wait()
    house.engine.fails_next, house.engine.accepts_all_the_same = ReplyLost("reset"), True
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order.id)
    may_end.set()
    await slow
    sent = await order_of(house, ada, order.id)
    assert (sent.fingerprint, list(house.engine.files)) == ("http://engine/files/file1", ["file1"])
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    assert ((await order_of(house, ada, order.id)).job_id, len(house.engine.created)) == ("job1", 1)


async def test_an_order_that_could_not_be_sent_for_a_day_ends_in_words(house: House, ada: UUID) -> None:
    order = await recorded(house, ada, OrderKind.TRAINING)
    await change(house, order, silent_since=now() - orders.UNSENT_AFTER, silent_at=now())
    house.engine.fails_next = NotSent("refused")
    await house.sender.send(ada, order.id)
    async with house.desk.for_person(ada) as work:
        training = await work.trainings.get(order.training_id)
    assert (training.status, training.trouble) == (TrainingStatus.FAILED, orders.UNSENDABLE)


async def test_photos_that_a_proxy_refuses_as_too_large_end_in_words_after_a_few_tries(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await recorded(house, ada, OrderKind.TRAINING)
    says: list[Exception] = [StoppedOnTheWay("413")]

    async def refused(*_: object) -> Uploaded:
        raise says[-1]

    monkeypatch.setattr(house.engine, "upload", refused)
    for kept_before in (timedelta(hours=1), timedelta()):  # by something else: that is no reason to end it at once
        await change(house, order, silent_since=now() - kept_before, silent_at=now())
        with pytest.raises(StoppedOnTheWay):
            await house.sender.send(ada, order.id)
    long_ago = now() - timedelta(hours=1)
    for silent_at in (long_ago, now()):  # nor that it was stopped before we were off, or before something else
        await change(house, order, silent_since=long_ago, silent_at=silent_at, stopped_since=long_ago)
        if silent_at > long_ago:
            says.append(NotSent("no way there"))
            with pytest.raises(NotSent):
                await house.sender.send(ada, order.id)
            says.pop()
        with pytest.raises(StoppedOnTheWay):
            await house.sender.send(ada, order.id)
    stopped = now() - orders.STOPPED_AFTER
    await change(house, order, silent_since=stopped, silent_at=now(), stopped_since=stopped)
    await house.sender.send(ada, order.id)
    async with house.desk.for_person(ada) as work:
        training, photos = await work.trainings.get(order.training_id), await work.selfies.of(order.training_id)
    assert (training.status, training.trouble) == (TrainingStatus.FAILED, orders.STOPPED)
    assert all([await house.desk.buckets.of(ada).get(photo.key) for photo in photos if photo.key])
    assert len(photos) == 4
    async with house.desk.for_nobody(Role.SERVICE) as session:
        assert (await counted(session))[orders.STOPPED_UPLOADS] == 1  # which the operator is told


async def test_a_throttled_order_waits_for_as_long_as_the_engine_says(house: House, ada: UUID) -> None:
    order = await recorded(house, ada)
    house.engine.fails_next = Throttled("429", 17)
    with pytest.raises(Throttled) as told:
        await house.sender.send(ada, order.id)
    assert wait_for(told.value, attempts=30) == 17
    assert (await order_of(house, ada, order.id)).status is OrderStatus.RECORDED
    with pytest.raises(Throttled):  # and so do all the others
        await house.sender.send(ada, (await recorded(house, ada)).id)
    assert house.engine.created == []


async def test_photos_are_handed_over_anew_when_the_token_is_another_accounts(house: House, ada: UUID) -> None:
    """It could not read what lies at the first one, and would be paid for learning from nothing."""
    order = await recorded(house, ada, OrderKind.TRAINING)
    house.engine.fails_next = NotSent("not reached")
    with pytest.raises(NotSent):
        await house.sender.send(ada, order.id)
    first = await order_of(house, ada, order.id)
    house.engine.name, house.engine.files = "another", {}
    await house.sender.send(ada, order.id)
    sent = await order_of(house, ada, order.id)
    assert (first.account, sent.account, sent.status) == ("me", "another", OrderStatus.STARTING)
    assert list(house.engine.files) == [sent.file_id]
    assert house.engine.known["job1"][0] == sent.fingerprint


@pytest.mark.parametrize(
    ("error", "words"), [(BucketDown("no answer"), orders.NOT_READ), (RuntimeError("a bug"), orders.BROKEN)], ids=str
)
async def test_whatever_keeps_an_order_from_being_sent_for_a_day_ends_it_in_words(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    order = await recorded(house, ada, OrderKind.TRAINING)

    async def fails(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(DiskBucket, "get", fails)
    with pytest.raises(type(error)):
        await house.sender.send(ada, order.id)
    await change(house, order, silent_since=now() - orders.UNSENT_AFTER, silent_at=now())
    await house.sender.send(ada, order.id)
    async with house.desk.for_person(ada) as work:
        training = await work.trainings.get(order.training_id)
    assert (training.status, training.trouble) == (TrainingStatus.FAILED, words)


async def test_what_takes_too_long_each_time_ends_in_words_as_well(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chore is broken off after a while; one that notes nothing then would be tried for ever."""
    assert orders.TRY_LASTS_S < tasks.MOST_S
    order = await recorded(house, ada, OrderKind.TRAINING)

    async def hangs(*_: object) -> bytes:
        return await asyncio.Future()

    monkeypatch.setattr(DiskBucket, "get", hangs)
    monkeypatch.setattr(orders, "TRY_LASTS_S", 0.2)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await house.sender.send(ada, order.id)
        await change(house, order, silent_since=now() - timedelta(hours=23), silent_at=now())
    monkeypatch.setattr(orders, "UNSENT_AFTER", timedelta(hours=23))
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.FAILED


def test_an_upload_that_takes_its_time_each_time_is_no_time_in_which_we_were_off() -> None:
    order, moment = Order(owner_id=new_id(), training_id=new_id()), now()
    first, lasts = order.note_silence(moment), WE_WERE_OFF + timedelta(minutes=2)
    for _ in range(3):
        began, moment = moment + timedelta(minutes=1), moment + timedelta(minutes=1) + lasts
        assert order.note_silence(moment, began=began) == first
    began = moment + WE_WERE_OFF + timedelta(seconds=1)
    assert order.note_silence(began + lasts, began=began) == began + lasts


async def test_of_a_call_that_was_begun_it_is_never_said_that_nothing_was_ordered(house: House, ada: UUID) -> None:
    order = await recorded(house, ada)
    await change(house, order, silent_since=now() - orders.UNSENT_AFTER, silent_at=now())
    house.engine.fails_next, house.engine.accepts_all_the_same = RuntimeError("a bug"), True
    with pytest.raises(RuntimeError):
        await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.SENDING
    house.engine.list_fails = RuntimeError("another")
    with pytest.raises(RuntimeError):
        await house.sender.send(ada, order.id)
    begun = now() - DOUBT_AFTER
    await change(house, order, lost_at=begun, silent_since=begun, silent_at=now())
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.IN_DOUBT
