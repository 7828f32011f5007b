"""Orders that were given up or are in doubt while their job may go on: asked about, taken in, or broken off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import EngineDown
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus, OrderStatus, TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import inbox, progress, reconcile, removal, silence, strays, trainings
from portrait_app.services.versions import NotYetGone
from tests.builders import change
from tests.services.losing import let_time_pass, lost, order_of
from tests.services.straying import RUNNING, call_off, given_up, hear, sent
from tests.services.test_doubles import made_twice

if TYPE_CHECKING:
    from uuid import UUID

    from tests.builders import House


@pytest.mark.parametrize("trouble", [silence.SILENT, reconcile.STUCK])
async def test_a_job_given_up_though_it_may_go_on_is_asked_about_until_it_has_ended(
    house: House, ada: UUID, trouble: str
) -> None:
    order = await sent(house, ada, OrderKind.TRAINING)
    async with house.desk.for_service(ada) as work:
        await progress.end(work, order.id, OrderStatus.FAILED, trouble=trouble, detail="no answer", may_go_on=True)
    assert (Chore.CALL_OFF, ada, order.id) in house.queue.take()
    house.engine.trouble_with["job1"] = EngineDown("502")
    with pytest.raises(NotYetGone):
        await call_off(house, order)
    house.engine.trouble_with.clear()
    house.engine.say("job1", RUNNING)
    await change(house, order, sent_at=now() - strays.DEADLINE[OrderKind.TRAINING])
    await call_off(house, order)
    known = await order_of(house, ada, order.id)
    assert (known.status, known.stray_since, house.engine.canceled) == (OrderStatus.FAILED, None, ["job1"])


async def test_a_training_given_up_in_silence_is_ready_when_the_engine_says_that_it_went_well(
    house: House, ada: UUID
) -> None:
    order = await sent(house, ada, OrderKind.TRAINING)
    house.engine.say("job1", JobReport("job1", OrderStatus.DONE, version="me/faces:abc"))
    house.engine.versions.add("me/faces:abc")
    async with house.desk.for_service(ada) as work:
        await progress.end(
            work, order.id, OrderStatus.FAILED, trouble=silence.SILENT, detail="no answer", may_go_on=True
        )
    await call_off(house, order)
    async with house.desk.for_service(ada) as work:
        training = await work.trainings.get(order.training_id)
    assert (training.status, training.version) == (TrainingStatus.READY, "me/faces:abc")
    assert (house.engine.versions, house.engine.canceled) == ({"me/faces:abc"}, [])
    assert (await order_of(house, ada, order.id)).status is OrderStatus.DONE


async def test_portraits_in_doubt_that_come_after_all_are_kept(house: House, ada: UUID) -> None:
    order = await lost(house, ada, is_taken=True)
    house.engine.unlisted.add("job1")
    house.engine.list_is_whole = False
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).doubt is not None
    await hear(house, order, JobReport("job1", OrderStatus.DONE, outputs=("u0",)))
    known = await order_of(house, ada, order.id)
    assert (known.status, known.doubt, known.stray_since) == (OrderStatus.DONE, None, None)
    assert known.generation_id is not None
    async with house.desk.for_person(ada) as work:
        assets = await work.assets.of(known.generation_id)
        generation = await work.generations.get(known.generation_id)
    assert [(asset.status, asset.source_url) for asset in assets] == [
        (AssetStatus.FETCHING, "u0"),
        (AssetStatus.LOST, None),
    ]
    assert (generation.status, generation.trouble) == (GenerationStatus.PAINTING, None)


@pytest.mark.parametrize("kind", list(OrderKind))
async def test_a_job_in_doubt_that_is_found_running_is_taken_back_and_seen_to_its_end(
    house: House, ada: UUID, kind: OrderKind
) -> None:
    order = await lost(house, ada, kind, is_taken=True)
    house.engine.list_is_whole = False
    house.engine.unlisted.add("job1")
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    house.engine.unlisted.clear()
    house.engine.say("job1", RUNNING)
    await call_off(house, order)
    known = await order_of(house, ada, order.id)
    assert (known.status, known.doubt, known.ended_at) == (OrderStatus.RUNNING, None, None)
    assert known.look_at is not None  # it is asked about as any other
    assert house.engine.canceled == []
    async with house.desk.for_person(ada) as work:
        training = await work.trainings.get(order.training_id)
    assert training.status is (TrainingStatus.LEARNING if kind is OrderKind.TRAINING else TrainingStatus.READY)
    made = {OrderKind.TRAINING: {"version": "me/faces:abc"}, OrderKind.PREDICTION: {"outputs": ("u0", "u1")}}
    await hear(house, order, replace(RUNNING, status=OrderStatus.DONE, **made[kind]))
    assert (await order_of(house, ada, order.id)).status is OrderStatus.DONE


async def test_a_job_in_doubt_that_is_found_is_waited_for_though_nothing_more_can_be_asked_just_now(
    house: House, ada: UUID
) -> None:
    order = await lost(house, ada, is_taken=True)
    house.engine.list_is_whole = False
    house.engine.unlisted.add("job1")
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    house.engine.unlisted.clear()
    house.engine.trouble_with["job1"] = EngineDown("502")
    with pytest.raises(NotYetGone):
        await call_off(house, order)
    known = await order_of(house, ada, order.id)
    assert (known.job_id, known.status, known.doubt) == ("job1", OrderStatus.STARTING, None)
    assert known.look_at is not None
    await call_off(house, order)  # once more, as its chore says
    assert house.engine.canceled == []


async def test_what_was_given_up_is_not_taken_back_for_a_job_of_which_nothing_more_is_learnt(
    house: House, ada: UUID
) -> None:
    order, successor = await given_up(house, ada)
    house.engine.unlisted.clear()
    house.engine.trouble_with["job1"] = EngineDown("502")
    with pytest.raises(NotYetGone):
        await call_off(house, order)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.LOST
    assert (await order_of(house, ada, successor)).status is OrderStatus.RECORDED


async def test_a_job_in_doubt_is_broken_off_when_the_person_has_begun_anew(house: House, ada: UUID) -> None:
    order = await lost(house, ada, OrderKind.TRAINING, is_taken=True)
    house.engine.list_is_whole = False
    house.engine.unlisted.add("job1")
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    async with house.desk.for_person(ada) as work:
        await trainings.retry(work, order.training_id)
    house.engine.unlisted.clear()
    house.engine.say("job1", RUNNING)
    await call_off(house, order)
    assert house.engine.canceled == ["job1"]


async def test_a_deletion_is_not_confirmed_while_a_job_may_turn_up(house: House, ada: UUID) -> None:
    order, successor = await given_up(house, ada, OrderKind.TRAINING)
    await house.sender.send(ada, successor)
    failed = JobReport("job2", OrderStatus.FAILED)
    house.engine.say("job2", failed)
    await inbox.take(house.desk, webhook_id="w", order_id=successor, report=failed)
    async with house.desk.for_person(ada) as work:
        await removal.remove(work, order.training_id)
    with pytest.raises(NotYetGone, match="may still turn up"):
        await removal.carry_out(house.desk, house.engine, ada, order.training_id)  # type: ignore[arg-type] -- a fake
    await change(house, order, stray_since=None)
    await removal.carry_out(house.desk, house.engine, ada, order.training_id)  # type: ignore[arg-type] -- a fake
    async with house.desk.for_service(ada) as work:
        assert (await work.trainings.get(order.training_id)).removed_at is not None


async def test_a_second_job_of_its_call_is_no_order_in_its_place(house: House, ada: UUID) -> None:
    order = await sent(house, ada, OrderKind.PREDICTION)
    await made_twice(house, order)
    async with house.desk.for_service(ada) as work:
        await progress.end(work, order.id, OrderStatus.FAILED, trouble="x", detail="x", may_go_on=True)
    done = JobReport("job1", OrderStatus.DONE, outputs=("u0", "u1"))
    await inbox.take(house.desk, webhook_id="done", order_id=order.id, report=done)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.DONE
