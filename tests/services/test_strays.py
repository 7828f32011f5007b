"""Jobs that turn up after their order was given up: taken back while that costs nothing, else ended at the engine."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import EngineDown, JobVanished
from portrait_app.database.address import Role
from portrait_app.database.orders import counted
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus, TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import cancelling, inbox, progress, reconcile, strays, tidying, vanished
from portrait_app.services.versions import NotYetGone
from tests.builders import change
from tests.services.losing import let_time_pass, lost, order_of
from tests.services.straying import RUNNING, call_off, given_up, hear

if TYPE_CHECKING:
    from uuid import UUID

    from tests.builders import House


async def test_a_training_that_made_its_face_model_all_the_same_is_not_paid_twice(house: House, ada: UUID) -> None:
    order, successor = await given_up(house, ada, OrderKind.TRAINING)
    await hear(house, order, JobReport("job1", OrderStatus.DONE, version="me/faces:first"))
    await house.sender.send(ada, successor)
    assert len(house.engine.created) == 1
    assert (await order_of(house, ada, successor)).status is OrderStatus.CANCELED
    async with house.desk.for_service(ada) as work:
        training = await work.trainings.get(order.training_id)
    assert (training.status, training.version) == (TrainingStatus.READY, "me/faces:first")


async def test_portraits_whose_job_turns_up_in_time_are_taken_back_and_can_be_called_off(
    house: House, ada: UUID
) -> None:
    order, successor = await given_up(house, ada)
    await hear(house, order, RUNNING)
    await house.sender.send(ada, successor)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.RUNNING
    assert (len(house.engine.created), house.queue.take()) == (1, [])
    assert order.generation_id is not None
    async with house.desk.for_person(ada) as work:
        await cancelling.cancel_portraits(work, order.generation_id)
    assert house.queue.take() == [(Chore.CALL_OFF, ada, order.id)]


async def test_a_training_whose_photos_were_deleted_meanwhile_is_called_off(house: House, ada: UUID) -> None:
    order, successor = await given_up(house, ada, OrderKind.TRAINING)
    await tidying.tidy(house.desk, house.engine, ada, order.id)  # type: ignore[arg-type] -- a fake
    await hear(house, order, RUNNING)
    assert (Chore.CALL_OFF, ada, order.id) in house.queue.take()
    assert (await order_of(house, ada, successor)).status is OrderStatus.RECORDED


async def test_one_that_was_taken_back_keeps_its_photos(house: House, ada: UUID) -> None:
    order, _ = await given_up(house, ada, OrderKind.TRAINING)
    await hear(house, order, RUNNING)
    await tidying.tidy(house.desk, house.engine, ada, order.id)  # type: ignore[arg-type] -- a fake
    assert list(house.engine.files) == [f"{order.id}.zip"]


async def test_a_job_whose_successor_is_at_the_engine_is_ended_and_that_is_remembered(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "FORGOTTEN_AFTER", timedelta())
    order, successor = await given_up(house, ada)
    await house.sender.send(ada, successor)
    await hear(house, order, RUNNING)
    house.queue.take()  # lost in a crash
    await reconcile.remember_chores(house.desk)
    assert (Chore.CALL_OFF, ada, order.id) in house.queue.take()
    house.engine.trouble_with["job1"] = EngineDown("502")
    with pytest.raises(NotYetGone):
        await call_off(house, order)
    await reconcile.remember_chores(house.desk)
    assert (Chore.CALL_OFF, ada, order.id) in house.queue.take()
    house.engine.trouble_with.clear()
    await call_off(house, order)
    await reconcile.remember_chores(house.desk)
    assert (house.engine.canceled, house.queue.take()) == (["job1"], [])


async def test_what_was_called_off_as_never_taken_is_ended_when_it_turns_up(house: House, ada: UUID) -> None:
    order = await lost(house, ada, is_taken=True)
    house.engine.unlisted.add("job1")
    assert order.generation_id is not None
    async with house.desk.for_person(ada) as work:
        await cancelling.cancel_portraits(work, order.generation_id)
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.CANCELED
    house.queue.take()
    await hear(house, order, RUNNING)
    assert (Chore.CALL_OFF, ada, order.id) in house.queue.take()
    await call_off(house, order)
    assert house.engine.canceled == ["job1"]
    assert (await order_of(house, ada, order.id)).stray_since is None


async def test_a_stray_that_the_engine_no_longer_knows_is_done_with(house: House, ada: UUID) -> None:
    order, successor = await given_up(house, ada)
    await house.sender.send(ada, successor)
    await hear(house, order, RUNNING)
    house.engine.trouble_with["job1"] = JobVanished("404")
    since = now() - vanished.BELIEVED_AFTER
    await change(house, order, account="me", unknown_since=since, sent_at=now() - timedelta(minutes=74))
    with pytest.raises(NotYetGone):  # it may be back, and go on
        await call_off(house, order)
    await change(house, order, sent_at=now() - strays.BACK_WITHIN[OrderKind.PREDICTION])
    await call_off(house, order)
    assert (await order_of(house, ada, order.id)).stray_since is None


async def test_a_training_whose_successor_was_sent_is_found_in_the_list_and_ended(house: House, ada: UUID) -> None:
    order, successor = await given_up(house, ada, OrderKind.TRAINING)
    await house.sender.send(ada, successor)
    with pytest.raises(NotYetGone):  # no webhook comes, and the list still keeps it from us
        await call_off(house, order)
    house.engine.unlisted.clear()
    await call_off(house, order)
    known = await order_of(house, ada, order.id)
    assert (known.job_id, known.stray_since, house.engine.canceled) == ("job1", None, ["job1"])
    async with house.desk.for_nobody(Role.SERVICE) as session:
        assert (await counted(session))[progress.STRANGERS] == 1  # which the operator is told


async def test_the_face_model_that_it_had_made_is_deleted_and_the_successors_is_not(house: House, ada: UUID) -> None:
    order, successor = await given_up(house, ada, OrderKind.TRAINING)
    await house.sender.send(ada, successor)
    second = JobReport("job2", OrderStatus.DONE, version="me/faces:second")
    for webhook in ("once", "twice"):
        await inbox.take(house.desk, webhook_id=webhook, order_id=successor, report=second)
    house.engine.versions |= {"me/faces:first", "me/faces:second"}
    house.queue.take()
    await hear(house, order, JobReport("job1", OrderStatus.DONE, version="me/faces:first"))
    assert house.queue.take() == [(Chore.CALL_OFF, ada, order.id)]
    await call_off(house, order)
    assert (house.engine.versions, house.engine.canceled) == ({"me/faces:second"}, [])
    known = await order_of(house, ada, order.id)
    assert (known.version, known.stray_since) == (None, None)
    async with house.desk.for_service(ada) as work:
        assert (await work.trainings.get(order.training_id)).version == "me/faces:second"


async def test_one_that_never_turns_up_is_looked_for_ever_more_slowly_and_not_for_ever(house: House, ada: UUID) -> None:
    order, successor = await given_up(house, ada)
    await house.sender.send(ada, successor)
    waits = []
    for ago in (timedelta(), timedelta(minutes=4), timedelta(minutes=60)):
        await change(house, order, stray_since=now() - ago)
        with pytest.raises(NotYetGone) as failed:
            await call_off(house, order)
        waits.append(round(failed.value.wait_s))
    assert waits == [15, 60, 900]
    await change(house, order, stray_since=now() - strays.LOOKED_FOR[OrderKind.PREDICTION])
    await call_off(house, order)
    known = await order_of(house, ada, order.id)
    assert (known.stray_since, known.doubt, house.engine.canceled) == (None, None, [])


async def test_an_engine_that_never_confirms_the_end_is_the_operators_to_ask(house: House, ada: UUID) -> None:
    order, successor = await given_up(house, ada)
    await house.sender.send(ada, successor)
    await hear(house, order, RUNNING)
    house.engine.ignores_cancel = True
    with pytest.raises(NotYetGone):
        await call_off(house, order)
    await change(house, order, stray_since=now() - strays.SEEN_OFF_FOR)
    await call_off(house, order)
    known = await order_of(house, ada, order.id)
    assert known.stray_since is None
    assert "job1" in (known.doubt or "")


async def test_a_list_that_can_never_be_had_is_not_asked_for_ever(house: House, ada: UUID) -> None:
    order, successor = await given_up(house, ada)
    await house.sender.send(ada, successor)
    house.engine.list_fails = EngineDown("502")
    with pytest.raises(NotYetGone):
        await call_off(house, order)
    await change(house, order, stray_since=now() - strays.SEEN_OFF_FOR)
    await call_off(house, order)
    known = await order_of(house, ada, order.id)
    assert known.stray_since is None
    assert str(known.fingerprint) in (known.doubt or "")
