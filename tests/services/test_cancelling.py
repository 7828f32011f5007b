"""Calling things off, from every state, and honestly: what ended first stays as it ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import EngineDown, JobVanished, ReplyLost
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus, OrderStatus, TrainingStatus
from portrait_app.domain.report import JobReport
from portrait_app.errors import NotFound
from portrait_app.services import cancelling, generations, progress, reconcile, vanished
from portrait_app.services.settling import Unsettled
from portrait_app.services.traces import LIST_LAGS

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.order import Order
    from portrait_app.domain.training import Training
    from tests.builders import House


async def started(house: House, owner_id: UUID) -> tuple[Training, UUID]:
    return await house.training_begun(owner_id)


async def cancel(house: House, training: Training) -> None:
    async with house.desk.for_person(training.owner_id) as work:
        await cancelling.cancel_training(work, training.id)


async def carry_out(house: House, owner_id: UUID, order_id: UUID) -> None:
    assert (Chore.CALL_OFF, owner_id, order_id) in house.queue.take()
    await call_off(house, owner_id, order_id)


async def call_off(house: House, owner_id: UUID, order_id: UUID) -> None:
    await cancelling.call_off(house.desk, house.engine, owner_id, order_id)  # type: ignore[arg-type] -- a fake


async def state_of(house: House, training: Training) -> tuple[TrainingStatus, str | None]:
    async with house.desk.for_person(training.owner_id) as work:
        row = await work.trainings.get(training.id)
    return row.status, row.trouble


async def order_of(house: House, owner_id: UUID, order_id: UUID) -> Order:
    async with house.desk.for_service(owner_id) as work:
        return await work.orders.get(order_id)


async def test_what_was_never_sent_never_will_be(house: House, ada: UUID) -> None:
    training, order_id = await started(house, ada)
    await cancel(house, training)
    await house.sender.send(ada, order_id)  # its chore was waiting, and comes first
    await carry_out(house, ada, order_id)
    await house.sender.send(ada, order_id)
    assert house.engine.created == []
    assert await state_of(house, training) == (TrainingStatus.CANCELED, progress.CALLED_OFF)


async def test_a_running_training_is_ended_at_the_engine(house: House, ada: UUID) -> None:
    training, order_id = await started(house, ada)
    await house.sender.send(ada, order_id)
    await cancel(house, training)
    async with house.desk.for_person(ada) as work:
        assert (await work.trainings.get(training.id)).phase == cancelling.STOPPING
    await carry_out(house, ada, order_id)
    assert house.engine.canceled == ["job1"]
    assert await state_of(house, training) == (TrainingStatus.CANCELED, progress.CALLED_OFF)
    assert house.engine.files  # until its chore comes
    assert (Chore.TIDY_ORDER, ada, order_id) in house.queue.take()


async def test_a_job_that_ended_first_stays_as_it_ended(house: House, ada: UUID) -> None:
    training, order_id = await started(house, ada)
    await house.sender.send(ada, order_id)
    house.engine.say("job1", JobReport("job1", OrderStatus.DONE, version="me/faces:abc"))
    await cancel(house, training)
    await carry_out(house, ada, order_id)
    assert (await state_of(house, training))[0] is TrainingStatus.READY
    # Nothing more is spent on what was called off.
    assert Chore.SEND_ORDER not in [chore for chore, _, _ in house.queue.take()]


async def test_one_whose_reply_was_lost_is_found_first_and_then_called_off(house: House, ada: UUID) -> None:
    training, order_id = await started(house, ada)
    house.engine.fails_next, house.engine.accepts_all_the_same = ReplyLost("reset"), True
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order_id)
    await cancel(house, training)
    with pytest.raises(Unsettled):
        await carry_out(house, ada, order_id)
    await house.sender.send(ada, order_id)
    await call_off(house, ada, order_id)
    assert house.engine.canceled == ["job1"]
    assert (await state_of(house, training))[0] is TrainingStatus.CANCELED


async def test_one_that_the_engine_never_took_ends_without_another(house: House, ada: UUID) -> None:
    training, order_id = await started(house, ada)
    house.engine.fails_next = ReplyLost("reset")
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order_id)
    await cancel(house, training)
    async with house.desk.for_service(ada) as work:
        (await work.orders.get(order_id, lock=True)).lost_at = now() - LIST_LAGS
    house.queue.take()
    await house.sender.send(ada, order_id)
    assert {chore for chore, _, _ in house.queue.take()} == {Chore.CALL_OFF, Chore.TIDY_ORDER}  # it may turn up
    assert await state_of(house, training) == (TrainingStatus.CANCELED, progress.CALLED_OFF)


async def test_a_wish_that_could_not_be_carried_out_is_remembered(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    training, order_id = await started(house, ada)
    await house.sender.send(ada, order_id)
    await cancel(house, training)
    house.engine.trouble_with["job1"] = EngineDown("502")
    with pytest.raises(EngineDown):
        await carry_out(house, ada, order_id)
    monkeypatch.setattr(reconcile, "FORGOTTEN_AFTER", timedelta())
    await reconcile.remember_chores(house.desk)
    assert (Chore.CALL_OFF, ada, order_id) in house.queue.take()


async def test_one_that_the_engine_does_not_know_any_more_is_called_off(house: House, ada: UUID) -> None:
    training, order_id = await started(house, ada)
    await house.sender.send(ada, order_id)
    await cancel(house, training)
    house.engine.trouble_with["job1"] = JobVanished("404")
    with pytest.raises(JobVanished):  # for a moment, as it seems
        await carry_out(house, ada, order_id)
    async with house.desk.for_service(ada) as work:
        (await work.orders.get(order_id, lock=True)).unknown_since = now() - vanished.BELIEVED_AFTER
    await call_off(house, ada, order_id)
    assert await state_of(house, training) == (TrainingStatus.CANCELED, progress.CALLED_OFF)
    house.engine.trouble_with.clear()
    await carry_out(house, ada, order_id)  # it is back, and told to stop
    assert house.engine.known["job1"][1].status is OrderStatus.CANCELED


async def test_portraits_that_are_made_are_kept_and_the_others_called_off(house: House, ada: UUID) -> None:
    model = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        (generation,) = await generations.order(work, model, style="noir", count=3, aspect="1:1")
    ((_, _, order_id),) = house.queue.take()
    await house.sender.send(ada, order_id)
    async with house.desk.for_service(ada) as work:
        await progress.hear(work, order_id, JobReport("job1", OrderStatus.RUNNING, outputs=("u0",)))
    for _ in range(2):
        async with house.desk.for_person(ada) as work:
            await cancelling.cancel_portraits(work, generation.id)
    await carry_out(house, ada, order_id)
    async with house.desk.for_person(ada) as work:
        statuses = [asset.status for asset in await work.assets.of(generation.id)]
    assert statuses == [AssetStatus.FETCHING, AssetStatus.LOST, AssetStatus.LOST]


async def test_portraits_called_off_before_any_was_made_say_so(house: House, ada: UUID) -> None:
    model = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        (generation,) = await generations.order(work, model, style="noir", count=3, aspect="1:1")
    ((_, _, order_id),) = house.queue.take()
    async with house.desk.for_person(ada) as work:
        await cancelling.cancel_portraits(work, generation.id)
    await carry_out(house, ada, order_id)
    async with house.desk.for_person(ada) as work:
        ended = await work.generations.get(generation.id)
    assert (ended.status, ended.trouble) == (GenerationStatus.CANCELED, progress.CALLED_OFF)


async def test_what_was_stopped_at_the_engine_by_somebody_else_is_said_to_be(house: House, ada: UUID) -> None:
    training, order_id = await started(house, ada)
    await house.sender.send(ada, order_id)
    async with house.desk.for_service(ada) as work:
        await progress.hear(work, order_id, JobReport("job1", OrderStatus.CANCELED))
    assert await state_of(house, training) == (TrainingStatus.CANCELED, progress.STOPPED)


async def test_an_orphan_is_ended_at_the_engine(house: House, ada: UUID) -> None:
    _, order_id = await started(house, ada)
    await house.sender.send(ada, order_id)
    async with house.desk.for_service(ada) as work:
        order = await work.orders.get(order_id, lock=True)
        order.status, order.ended_at = OrderStatus.LOST, now()
        order.stray_since = now()
    await call_off(house, ada, order_id)
    assert house.engine.canceled == ["job1"]


async def test_nobody_calls_off_what_is_somebody_elses(house: House, ada: UUID) -> None:
    training, order_id = await started(house, ada)
    async with house.desk.for_person(await house.somebody("Eve")) as work:
        with pytest.raises(NotFound):
            await cancelling.cancel_training(work, training.id)
    assert (await order_of(house, ada, order_id)).cancel_asked_at is None
