"""Photos that were handed to the engine are deleted there, also when whoever handed them over was killed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import cancelling, progress, reconcile, removal, tidying
from portrait_app.services.versions import NotYetGone
from tests.builders import change
from tests.services.losing import order_of, recorded
from tests.services.straying import call_off

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.order import Order
    from tests.builders import House
    from tests.fakes import Uploaded


@pytest.fixture
async def left(house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch) -> Order:
    """A training that was called off after its photos were uploaded by a worker that was killed right then."""
    order = await recorded(house, ada, OrderKind.TRAINING)
    upload = house.engine.upload

    async def killed(name: str, data: bytes) -> object:
        await upload(name, data)
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(house.engine, "upload", killed)
        with pytest.raises(asyncio.CancelledError):
            await house.sender.send(ada, order.id)
    async with house.desk.for_person(ada) as work:
        await cancelling.cancel_training(work, order.training_id)
    await call_off(house, order)
    order = await order_of(house, ada, order.id)
    assert (order.status, order.file_id, len(house.engine.files)) == (OrderStatus.CANCELED, None, 1)
    return order


async def tidy(house: House, order: Order) -> None:
    await tidying.tidy(house.desk, house.engine, order.owner_id, order.id)  # type: ignore[arg-type] -- a fake


async def test_photos_whose_name_there_nobody_wrote_down_are_found_and_deleted(house: House, left: Order) -> None:
    assert (Chore.TIDY_ORDER, left.owner_id, left.id) in house.queue.take()
    await tidy(house, left)
    known = await order_of(house, left.owner_id, left.id)
    assert (house.engine.files, known.uploading_since) == ({}, None)


async def test_that_is_remembered_when_its_chore_is_lost(
    house: House, left: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "FORGOTTEN_AFTER", timedelta())
    house.queue.take()
    await reconcile.remember_chores(house.desk)
    assert (Chore.TIDY_ORDER, left.owner_id, left.id) in house.queue.take()
    await tidy(house, left)
    await reconcile.remember_chores(house.desk)
    assert Chore.TIDY_ORDER not in [chore for chore, _, _ in house.queue.take()]


async def test_those_that_may_still_be_on_their_way_are_looked_for_again(house: House, left: Order) -> None:
    zipped = house.engine.files.copy()
    house.engine.files.clear()
    with pytest.raises(NotYetGone, match="on their way"):
        await tidy(house, left)
    house.engine.files |= zipped
    await tidy(house, left)
    assert house.engine.files == {}


async def test_none_is_waited_for_when_the_order_ended_during_the_upload(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await recorded(house, ada, OrderKind.TRAINING)
    upload = house.engine.upload

    async def meanwhile(name: str, data: bytes) -> object:
        async with house.desk.for_person(ada) as work:
            await cancelling.cancel_training(work, order.training_id)
        await call_off(house, order)
        return await upload(name, data)

    monkeypatch.setattr(house.engine, "upload", meanwhile)
    await house.sender.send(ada, order.id)
    ended = await order_of(house, ada, order.id)
    assert (ended.status, ended.may_have_upload, house.engine.files) == (OrderStatus.CANCELED, False, {})
    await tidy(house, ended)


async def test_those_that_never_arrived_are_done_with_after_a_while(house: House, left: Order) -> None:
    house.engine.files.clear()
    await change(house, left, uploading_since=now() - tidying.UPLOAD_LASTS)
    await tidy(house, left)
    assert not (await order_of(house, left.owner_id, left.id)).may_have_upload


async def test_a_face_model_is_not_deleted_before_they_are(house: House, left: Order) -> None:
    async with house.desk.for_person(left.owner_id) as work:
        await removal.remove(work, left.training_id)
    await removal.carry_out(house.desk, house.engine, left.owner_id, left.training_id)  # type: ignore[arg-type] -- a fake
    async with house.desk.for_service(left.owner_id) as work:
        assert (await work.trainings.get(left.training_id)).removed_at is not None
    assert house.engine.files == {}


async def test_nothing_is_handed_over_for_what_was_called_off(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await recorded(house, ada, OrderKind.TRAINING)
    find_files = house.engine.find_files

    async def meanwhile(name: str) -> object:
        async with house.desk.for_person(ada) as work:
            await cancelling.cancel_training(work, order.training_id)
        return await find_files(name)

    monkeypatch.setattr(house.engine, "find_files", meanwhile)
    await house.sender.send(ada, order.id)
    assert (house.engine.files, house.engine.created) == ({}, [])


async def test_of_two_uploads_of_the_same_photos_both_are_deleted(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one's reply was lost, and the engine's list was late in showing it."""
    order = await recorded(house, ada, OrderKind.TRAINING)
    await house.engine.upload(tidying.name_of(order), b"the first")
    find_files = house.engine.find_files

    async def late(_: str) -> tuple[list[Uploaded], bool]:
        return [], True

    with monkeypatch.context() as patch:
        patch.setattr(house.engine, "find_files", late)
        await house.sender.send(ada, order.id)
    assert len(house.engine.files) == 2
    house.engine.say("job1", JobReport("job1", OrderStatus.FAILED, trouble="Words."))
    async with house.desk.for_service(ada) as work:
        await progress.hear(work, order.id, house.engine.known["job1"][1])

    async def cut_short(name: str, *, turn: Any) -> tuple[list[Uploaded], bool]:
        return (await find_files(name, turn=turn))[0][:1], False

    with monkeypatch.context() as patch:
        patch.setattr(house.engine, "find_files", cut_short)
        with pytest.raises(NotYetGone, match="not read whole"):
            await tidy(house, order)
    assert len(house.engine.files) == 1
    await tidy(house, order)
    assert house.engine.files == {}
    assert not (await order_of(house, ada, order.id)).may_have_upload
