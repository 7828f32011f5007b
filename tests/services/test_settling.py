"""A call whose reply was lost: found, or in doubt and shown to the operator; never repeated."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import EngineDown, JobVanished, NotSent, Throttled
from portrait_app.database.address import Role
from portrait_app.database.orders import counted
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.generation import Loss
from portrait_app.domain.lifecycle import GenerationStatus, OrderStatus, TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import inbox, orders, progress, settling
from portrait_app.services.settling import Unsettled
from tests.builders import change
from tests.services.losing import let_time_pass, lost, order_of, recorded

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.adapters.replicate.errors import EngineError
    from tests.builders import House


@pytest.mark.parametrize("kind", list(OrderKind))
async def test_a_lost_reply_is_found_in_the_list(house: House, ada: UUID, kind: OrderKind) -> None:
    order = await lost(house, ada, kind, is_taken=True)
    await house.sender.send(ada, order.id)
    found = await order_of(house, ada, order.id)
    assert (found.status, found.job_id, len(house.engine.created)) == (OrderStatus.STARTING, "job1", 1)
    assert found.look_at is not None


async def test_the_webhook_may_settle_it_before_anybody_looks(house: House, ada: UUID) -> None:
    order = await lost(house, ada, is_taken=True)
    report = JobReport("job1", OrderStatus.RUNNING)
    await inbox.take(house.desk, webhook_id="w", order_id=order.id, report=report)
    await house.sender.send(ada, order.id)
    assert len(house.engine.created) == 1
    assert (await order_of(house, ada, order.id)).status is OrderStatus.RUNNING


async def test_a_webhook_that_overtakes_the_loss_of_the_reply_stands(house: House, ada: UUID) -> None:
    order = await recorded(house, ada)

    async def overtaken(**_: object) -> JobReport:
        await inbox.take(house.desk, webhook_id="w", order_id=order.id, report=JobReport("j", OrderStatus.STARTING))
        raise NotSent("so it seemed")

    house.engine.start_prediction = overtaken  # type: ignore[method-assign] -- a faster webhook
    with pytest.raises(NotSent):
        await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.STARTING


async def test_a_list_that_shows_it_only_after_seconds_is_waited_for(house: House, ada: UUID) -> None:
    order = await lost(house, ada, is_taken=True)
    house.engine.unlisted.add("job1")
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order.id)
    house.engine.unlisted.clear()
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).job_id == "job1"


async def test_a_call_that_may_still_be_under_way_elsewhere_is_waited_for(house: House, ada: UUID) -> None:
    order = await recorded(house, ada)
    await change(house, order, status=OrderStatus.SENDING, sent_at=now() - timedelta(seconds=20))  # by a stalled worker
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order.id)
    assert house.engine.created == []


async def test_two_workers_send_an_order_once(house: House, ada: UUID) -> None:
    order = await recorded(house, ada)
    await asyncio.gather(*(house.sender.send(ada, order.id) for _ in range(5)), return_exceptions=True)
    assert len(house.engine.created) == 1


@pytest.mark.parametrize("trouble", [JobVanished("job1"), EngineDown("502"), Throttled("slow down", 60)], ids=repr)
async def test_a_job_that_the_list_shows_and_of_which_nothing_more_is_learnt_is_adopted(
    house: House, ada: UUID, trouble: EngineError
) -> None:
    order = await lost(house, ada, is_taken=True)
    house.engine.trouble_with["job1"] = trouble
    await house.sender.send(ada, order.id)
    adopted = await order_of(house, ada, order.id)
    assert (adopted.job_id, adopted.status) == ("job1", OrderStatus.STARTING)
    assert adopted.look_at is not None


async def test_a_job_that_the_list_shows_and_that_is_known_as_anothers_keeps_no_order_waiting_for_ever(
    house: House, ada: UUID
) -> None:
    """As when whoever runs the studio named it for another order that was in doubt."""
    other = await recorded(house, ada)
    order = await lost(house, ada, is_taken=True)
    await change(house, other, status=OrderStatus.RUNNING, job_id="job1", sent_at=now())
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order.id)
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.IN_DOUBT
    assert (await order_of(house, ada, other.id)).job_id == "job1"


@pytest.mark.parametrize("what", ["not past", "not whole", "nameless"])
async def test_what_can_not_be_settled_is_said_and_never_repeated(house: House, ada: UUID, what: str) -> None:
    order = await lost(house, ada, is_taken=True)
    house.engine.unlisted.add("job1")
    house.engine.list_is_past, house.engine.list_is_whole = what != "not past", what != "not whole"
    house.engine.nameless = ("removed",) if what == "nameless" else ()
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order.id)
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    ended = await order_of(house, ada, order.id)
    assert ended.status is OrderStatus.IN_DOUBT
    assert str(ended.fingerprint) in (ended.doubt or "")
    assert house.queue.take() == [(Chore.CALL_OFF, ada, order.id)]  # it is looked for, and not ordered again
    assert ended.generation_id is not None
    async with house.desk.for_person(ada) as work:
        generation = await work.generations.get(ended.generation_id)
        assets = await work.assets.of(ended.generation_id)
    assert (generation.status, generation.trouble) == (GenerationStatus.IN_DOUBT, progress.IN_DOUBT)
    assert {asset.loss for asset in assets} == {Loss.IN_DOUBT}
    async with house.desk.for_nobody(Role.SERVICE) as session:
        assert (await counted(session))["orders in doubt"] == 1


async def test_a_training_in_doubt_says_so_and_what_is_done_meanwhile(house: House, ada: UUID) -> None:
    order = await lost(house, ada, OrderKind.TRAINING, is_taken=False)
    async with house.desk.for_person(ada) as work:
        assert (await work.trainings.get(order.training_id)).phase == orders.CHECKING
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    async with house.desk.for_person(ada) as work:
        training = await work.trainings.get(order.training_id)
    assert (training.status, training.trouble) == (TrainingStatus.IN_DOUBT, progress.IN_DOUBT)


async def test_a_call_whose_end_nobody_wrote_down_lasts_until_it_must_have_ended(house: House, ada: UUID) -> None:
    """The machine slept in the middle of it: the call goes on as it wakes, whatever the time."""
    order = await recorded(house, ada)
    await change(house, order, status=OrderStatus.SENDING, sent_at=now() - timedelta(hours=8))
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order.id)
    known = await order_of(house, ada, order.id)
    assert known.lost_at is not None
    assert known.lost_at > now() + timedelta(seconds=settling.CALL_LASTS_S - 5)


async def test_a_call_without_an_end_is_hung_up_on_and_settled(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await recorded(house, ada)

    async def endless(**_: object) -> JobReport:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(settling, "CALL_LASTS_S", 0.01)
    monkeypatch.setattr(house.engine, "start_prediction", endless)
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).lost_at is not None


async def test_an_upload_that_a_killed_worker_made_is_taken_up(house: House, ada: UUID) -> None:
    order = await recorded(house, ada, OrderKind.TRAINING)
    await house.engine.upload(f"{order.id}.zip", b"the zip of the killed one")
    await house.sender.send(ada, order.id)
    assert house.engine.files == {f"{order.id}.zip": b"the zip of the killed one"}
