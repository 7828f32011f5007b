"""How long an engine's silence lasts before it counts, and what is still made of a job that it ends up telling of."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import EngineDown
from portrait_app.database.address import Role
from portrait_app.database.orders import stop_turns
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus, TrainingStatus
from portrait_app.domain.order import WE_WERE_OFF, OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import inbox, progress, reconcile, removal, silence, trainings
from tests.builders import change
from tests.services.losing import order_of, recorded
from tests.services.test_reconcile import look, painting

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.order import Order
    from portrait_app.domain.training import Training
    from portrait_app.services.work import Work
    from tests.builders import House

NIGHT = timedelta(hours=8)


@pytest.fixture
async def finished(house: House, ada: UUID) -> Order:
    """A training that was sent in the evening; it ended well in the night, while this house was off."""
    order = await recorded(house, ada, OrderKind.TRAINING)
    await house.sender.send(ada, order.id)
    house.queue.take()
    await change(house, order, sent_at=now() - NIGHT, look_at=now())
    house.engine.say("job1", done())
    return await order_of(house, ada, order.id)


def done() -> JobReport:
    return JobReport("job1", OrderStatus.DONE, version="me/faces:abc")


async def training_of(house: House, order: Order) -> Training:
    async with house.desk.for_service(order.owner_id) as work:
        return await work.trainings.get(order.training_id)


async def give_up(house: House, order: Order) -> None:
    async with house.desk.for_service(order.owner_id) as work:
        await progress.end(work, order.id, OrderStatus.FAILED, trouble=silence.SILENT, detail="silence")


async def told(house: House, order: Order) -> None:
    await inbox.take(house.desk, webhook_id="late", order_id=order.id, report=done())


async def test_one_unanswered_question_after_a_night_off_ends_nothing(house: House, finished: Order) -> None:
    house.engine.trouble_with["job1"] = EngineDown("the network is not up yet")
    await look(house)
    assert not (await order_of(house, finished.owner_id, finished.id)).status.is_final
    house.engine.trouble_with.clear()
    await change(house, finished, look_at=now())
    await look(house)
    assert (await training_of(house, finished)).status is TrainingStatus.READY
    assert (await order_of(house, finished.owner_id, finished.id)).silent_since is None


async def test_a_night_off_in_the_midst_of_a_silence_is_not_part_of_it(house: House, finished: Order) -> None:
    await change(house, finished, silent_since=now() - NIGHT, silent_at=now() - WE_WERE_OFF - timedelta(minutes=1))
    house.engine.trouble_with["job1"] = EngineDown("the network is not up yet")
    await look(house)
    assert not (await order_of(house, finished.owner_id, finished.id)).status.is_final


async def test_an_engine_that_hangs_is_silent_as_well(
    house: House, finished: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(*_: object) -> JobReport:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(reconcile, "ANSWER_LASTS_S", 0.01)
    monkeypatch.setattr(house.engine, "look_at", endless)
    await look(house)
    order = await order_of(house, finished.owner_id, finished.id)
    assert (order.status.is_final, order.silent_since is not None) == (False, True)


async def test_a_question_that_was_not_put_is_no_silence(house: House, finished: Order) -> None:
    async with house.desk.for_nobody(Role.SERVICE) as session:
        await stop_turns(session, "ask", timedelta(minutes=1))
    await look(house)
    order = await order_of(house, finished.owner_id, finished.id)
    assert (order.status.is_final, order.silent_since, house.engine.asked) == (False, None, [])


@pytest.mark.parametrize("status", [OrderStatus.FAILED, OrderStatus.IN_DOUBT])
async def test_a_training_given_up_that_made_a_face_model_is_ready_after_all(
    house: House, finished: Order, status: OrderStatus
) -> None:
    async with house.desk.for_service(finished.owner_id) as work:
        await progress.end(work, finished.id, status, trouble="Words.", detail="why")
    await told(house, finished)
    training = await training_of(house, finished)
    assert (training.status, training.version, training.trouble) == (TrainingStatus.READY, "me/faces:abc", None)
    order = await order_of(house, finished.owner_id, finished.id)
    assert (order.status, order.doubt) == (OrderStatus.DONE, None)


async def test_one_that_the_person_started_again_stays_as_it_is(house: House, finished: Order) -> None:
    await give_up(house, finished)
    async with house.desk.for_person(finished.owner_id) as work:
        await trainings.retry(work, finished.training_id)
    await told(house, finished)
    assert (await training_of(house, finished)).status is TrainingStatus.DRAFT
    async with house.desk.for_person(finished.owner_id) as work:
        await trainings.start(work, finished.training_id, name="Ada", trainer="darkroom")
    await told(house, finished)
    assert (await training_of(house, finished)).status is TrainingStatus.QUEUED


async def test_one_that_the_person_deleted_stays_deleted(house: House, finished: Order) -> None:
    await give_up(house, finished)
    async with house.desk.for_person(finished.owner_id) as work:
        await removal.remove(work, finished.training_id)
    await told(house, finished)
    assert (await training_of(house, finished)).status is TrainingStatus.FAILED


async def test_what_the_engine_said_itself_is_not_undone_by_older_news(house: House, finished: Order) -> None:
    failed = JobReport("job1", OrderStatus.FAILED, trouble="Words.")
    await inbox.take(house.desk, webhook_id="w", order_id=finished.id, report=failed)
    running = JobReport("job1", OrderStatus.RUNNING)
    await inbox.take(house.desk, webhook_id="older", order_id=finished.id, report=running)
    assert (await training_of(house, finished)).status is TrainingStatus.FAILED
    assert house.engine.canceled == []


@pytest.mark.parametrize("number", [2, reconcile.MANY + 2], ids=["one by one", "by the list"])
async def test_news_that_can_not_be_worked_with_hides_no_other(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    orders = await painting(house, ada, number)
    for order in orders:
        await change(house, order, look_at=now())
        house.engine.say(order.job_id, JobReport(order.job_id or "", OrderStatus.DONE, outputs=("u0", "u1")))
    break_news_of(orders[0], monkeypatch)
    assert await look(house) == number
    ended = [(await order_of(house, ada, order.id)).status.is_final for order in orders]
    assert ended == [False] + [True] * (number - 1)


async def test_an_order_whose_news_never_can_be_worked_with_ends_in_words(
    house: House, finished: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_news_of(finished, monkeypatch)
    await look(house)
    assert not (await order_of(house, finished.owner_id, finished.id)).status.is_final
    await change(house, finished, look_at=now(), silent_since=now() - silence.LAST_WORD)
    await look(house)
    training = await training_of(house, finished)
    assert (training.status, training.trouble) == (TrainingStatus.FAILED, silence.UNHEARD)


def break_news_of(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    hear = progress.hear

    async def broken(work: Work, order_id: UUID, report: JobReport) -> None:
        if order_id == order.id:
            raise OverflowError(order_id)
        await hear(work, order_id, report)

    monkeypatch.setattr(progress, "hear", broken)
