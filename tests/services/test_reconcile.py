"""What is asked of the engine, when, and what becomes of jobs that never end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import EngineDown, Throttled
from portrait_app.domain.cause import Cause
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import GenerationStatus, OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import generations, pace, reconcile, silence, watching
from tests.builders import change

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.generation import Generation
    from portrait_app.domain.order import Order
    from tests.builders import House

LONG_AGO = timedelta(hours=1)
A_WHILE = timedelta(minutes=1)  # as long as a question is put off at most


async def painting(house: House, owner_id: UUID, number: int = 1) -> list[Order]:
    """Have that many orders of two portraits under way at the engine."""
    training = await house.ready_model(owner_id)
    async with house.desk.for_person(owner_id) as work:
        for _ in range(number):
            await generations.order(work, training, style="noir", count=2, aspect="1:1")
    sent = [order_id for _, _, order_id in house.queue.take()]
    for order_id in sent:
        await house.sender.send(owner_id, order_id)
    return [await order_of(house, owner_id, order_id) for order_id in sent]


async def order_of(house: House, owner_id: UUID, order_id: UUID) -> Order:
    async with house.desk.for_service(owner_id) as work:
        return await work.orders.get(order_id)


async def generation_of(house: House, order: Order) -> Generation:
    assert order.generation_id is not None
    async with house.desk.for_service(order.owner_id) as work:
        return await work.generations.get(order.generation_id)


async def look(house: House) -> int:
    return await reconcile.look_at_orders(house.desk, house.engine)  # type: ignore[arg-type] -- a fake


async def test_a_job_is_asked_about_once_however_many_workers_ask(house: House, ada: UUID) -> None:
    (order,) = await painting(house, ada)
    await change(house, order, look_at=now())
    assert sorted(await asyncio.gather(*(look(house) for _ in range(6)))) == [0, 0, 0, 0, 0, 1]
    assert house.engine.asked == [order.job_id]


async def test_an_old_job_is_asked_about_more_rarely_unless_somebody_watches(house: House, ada: UUID) -> None:
    (order,) = await painting(house, ada)
    await change(house, order, look_at=now(), created_at=now() - LONG_AGO)
    assert await look(house) == 1
    put_off = (await order_of(house, ada, order.id)).look_at
    assert put_off is not None
    assert timedelta(seconds=50) < put_off - now() <= timedelta(seconds=60)
    await change(house, order, heard_at=now() - reconcile.LOOK_AGAIN)
    assert await look(house) == 0
    async with house.desk.for_person(ada) as work:
        await watching.watch(work)
    assert await look(house) == 1
    assert await look(house) == 0  # asked a moment ago


async def test_somebody_elses_open_tab_changes_nothing(house: House, ada: UUID) -> None:
    (order,) = await painting(house, ada)
    await change(house, order, look_at=now() + A_WHILE, heard_at=now() - LONG_AGO)
    async with house.desk.for_person(await house.somebody("Eve")) as work:
        await watching.watch(work)
    assert await look(house) == 0


async def test_a_tab_that_was_closed_is_forgotten_after_a_while(house: House, ada: UUID) -> None:
    (order,) = await painting(house, ada)
    await change(house, order, look_at=now() + A_WHILE, heard_at=now() - LONG_AGO)
    async with house.desk.for_person(ada) as work:
        await watching.watch(work)
        await watching.watch(work)
    assert await look(house) == 1
    async with house.desk.for_person(ada) as work:
        watcher = await work.session.get_one(watching.Watcher, ada)
        watcher.until = now()
    await change(house, order, look_at=now() + A_WHILE, heard_at=now() - LONG_AGO)
    assert await look(house) == 0


async def test_many_are_looked_up_in_one_list(house: House, ada: UUID) -> None:
    orders = await painting(house, ada, reconcile.MANY + 4)
    for order in orders:
        await change(house, order, look_at=now())
    ended, unlisted = orders[0], orders[1]
    house.engine.say(ended.job_id, JobReport(ended.job_id or "", OrderStatus.DONE, outputs=("u0", "u1")))
    house.engine.unlisted.add(unlisted.job_id or "")
    assert await look(house) == len(orders)
    assert house.engine.pages_read == 1
    assert house.engine.asked == [unlisted.job_id]
    assert (await order_of(house, ada, ended.id)).status is OrderStatus.DONE


async def test_what_a_list_leaves_out_is_asked_for(house: House, ada: UUID) -> None:
    orders = await painting(house, ada, reconcile.MANY + 1)
    for order in orders:
        await change(house, order, look_at=now())
    ended = orders[0]
    house.engine.lists_outputs = False
    house.engine.say(ended.job_id, JobReport(ended.job_id or "", OrderStatus.DONE, outputs=("u0", "u1")))
    await look(house)
    assert house.engine.asked == [ended.job_id]


async def test_a_list_that_can_not_be_had_is_made_up_for_one_by_one(house: House, ada: UUID) -> None:
    orders = await painting(house, ada, reconcile.MANY + 1)
    for order in orders:
        await change(house, order, look_at=now())
    house.engine.list_fails = EngineDown("502")
    await look(house)
    assert len(house.engine.asked) == len(orders)


async def test_one_that_can_not_be_asked_about_does_not_keep_the_others(house: House, ada: UUID) -> None:
    first, second = await painting(house, ada, 2)
    for order in (first, second):
        await change(house, order, look_at=now())
    house.engine.trouble_with[first.job_id or ""] = EngineDown("502")
    house.engine.say(second.job_id, JobReport(second.job_id or "", OrderStatus.RUNNING))
    assert await look(house) == 2
    assert (await order_of(house, ada, second.id)).status is OrderStatus.RUNNING


async def test_too_many_questions_stop_everybody_for_as_long_as_the_engine_says(house: House, ada: UUID) -> None:
    first, second = await painting(house, ada, 2)
    await change(house, first, look_at=now())
    house.engine.trouble_with[first.job_id or ""] = Throttled("429", 30)
    await look(house)
    await change(house, second, look_at=now())
    await look(house)
    assert house.engine.asked == [first.job_id]
    with pytest.raises(Throttled) as told:
        async with pace.turn(house.desk, pace.Call.ASK):
            pytest.fail("it was not its turn")
    assert 25 < told.value.retry_after_s <= 30
    async with pace.turn(house.desk, pace.Call.CREATE):
        pass  # creates have a pace of their own


async def test_calls_may_come_in_a_burst_and_then_one_by_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pace.BURST, pace.Call.CREATE, 5)
    monkeypatch.setitem(pace.PER_MINUTE, pace.Call.CREATE, 1)
    for _ in range(6):
        async with pace.turn(house.desk, pace.Call.CREATE):
            pass
    with pytest.raises(Throttled) as told:
        async with pace.turn(house.desk, pace.Call.CREATE):
            pytest.fail("it was not its turn")
    assert 0 < told.value.retry_after_s <= 60


@pytest.mark.parametrize("said", [OrderStatus.STARTING, OrderStatus.RUNNING])
async def test_a_job_that_never_ends_is_called_off_and_then_given_up(
    house: House, ada: UUID, said: OrderStatus
) -> None:
    (order,) = await painting(house, ada)
    job_id = order.job_id or ""
    house.engine.say(job_id, JobReport(job_id, said))
    house.engine.ignores_cancel = True
    overdue = now() - reconcile.DEADLINE[OrderKind.PREDICTION]
    await change(house, order, look_at=now(), sent_at=overdue)
    await look(house)
    assert house.engine.canceled == [job_id]
    assert not (await order_of(house, ada, order.id)).status.is_final
    await change(house, order, look_at=now(), sent_at=overdue - silence.LAST_WORD)
    await look(house)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.FAILED
    assert (await generation_of(house, order)).trouble == reconcile.STUCK


async def test_one_that_was_called_off_and_never_stops_ends_as_its_person_wished(house: House, ada: UUID) -> None:
    (order,) = await painting(house, ada)
    house.engine.say(order.job_id, JobReport(str(order.job_id), OrderStatus.RUNNING))
    house.engine.ignores_cancel = True
    await change(house, order, cancel_asked_at=now(), look_at=now(), sent_at=now() - timedelta(minutes=21))
    await look(house)
    generation = await generation_of(house, order)
    assert (generation.status, generation.trouble) == (GenerationStatus.CANCELED, silence.UNCONFIRMED)


async def test_an_overdue_job_that_can_be_called_off_ends_as_the_engine_says(house: House, ada: UUID) -> None:
    (order,) = await painting(house, ada)
    await change(house, order, look_at=now(), sent_at=now() - reconcile.DEADLINE[OrderKind.PREDICTION])
    await look(house)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.CANCELED
    assert "took too long" in ((await generation_of(house, order)).trouble or "")


async def test_an_engine_that_is_silent_for_an_hour_is_waited_for_no_longer(house: House, ada: UUID) -> None:
    (order,) = await painting(house, ada)
    house.engine.trouble_with[order.job_id or ""] = EngineDown("silence")
    deadline = now() - reconcile.DEADLINE[OrderKind.PREDICTION]
    await change(house, order, look_at=now(), sent_at=deadline)
    await look(house)
    assert not (await order_of(house, ada, order.id)).status.is_final
    long_ago = deadline - silence.SILENCE
    await change(house, order, look_at=now(), sent_at=long_ago)
    await look(house)
    assert not (await order_of(house, ada, order.id)).status.is_final  # it was asked for no more than a moment
    await change(house, order, look_at=now(), silent_since=long_ago)
    await look(house)
    assert (await generation_of(house, order)).trouble == silence.SILENT


@pytest.mark.parametrize("cause", [Cause.NOT_IN_TIME, Cause.MEMORY])
async def test_however_a_job_ends_there_are_words_for_it(house: House, ada: UUID, cause: Cause) -> None:
    (order,) = await painting(house, ada)
    job_id = order.job_id or ""
    house.engine.say(job_id, JobReport(job_id, OrderStatus.FAILED, trouble="Words.", cause=cause))
    await change(house, order, look_at=now())
    await look(house)
    generation = await generation_of(house, order)
    assert (generation.status.value, generation.trouble) == ("failed", "Words.")
