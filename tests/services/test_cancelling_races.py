"""A wish to call off that meets another order in the same moment: it holds for whatever takes the first one's place."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from portrait_app.adapters.replicate.wire import report_of
from portrait_app.domain.cause import Cause
from portrait_app.domain.generation import Loss
from portrait_app.domain.lifecycle import GenerationStatus, OrderStatus, TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import cancelling, painting, progress
from tests.services.straying import call_off, sent

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.order import Order
    from portrait_app.services.work import Work
    from tests.builders import House


def happens_before_it_is_held(monkeypatch: pytest.MonkeyPatch, house: House, order: Order) -> None:
    """Have the job of an order broken off at no cost, once a wish has been read to be about it and before it holds."""
    ask = cancelling._ask

    async def late(work: Work, asked: Order) -> bool:
        if asked.id == order.id:
            async with house.desk.for_service(order.owner_id) as other:
                await progress.hear(other, order.id, broken_off(order))
        return await ask(work, asked)

    monkeypatch.setattr(cancelling, "_ask", late)


def broken_off(order: Order) -> JobReport:
    cause = Cause.INTERRUPTED
    return JobReport(order.job_id or "", OrderStatus.FAILED, trouble="Words.", cause=cause, is_free=True)


@pytest.mark.parametrize("kind", list(OrderKind))
async def test_an_order_that_took_its_place_in_that_moment_is_called_off_and_never_sent(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch, kind: OrderKind
) -> None:
    order = await sent(house, ada, kind)
    happens_before_it_is_held(monkeypatch, house, order)
    async with house.desk.for_person(ada) as work:
        if order.generation_id is None:
            await cancelling.cancel_training(work, order.training_id)
        else:
            await cancelling.cancel_portraits(work, order.generation_id)
    async with house.desk.for_service(ada) as work:
        successor = await work.orders.next_after(order)
    assert successor is not None
    await house.sender.send(ada, successor.id)
    await call_off(house, successor)
    async with house.desk.for_service(ada) as work:
        successor = await work.orders.get(successor.id)
        if order.generation_id is None:
            assert (await work.trainings.get(order.training_id)).status is TrainingStatus.CANCELED
        else:
            assert (await work.generations.get(order.generation_id)).status is GenerationStatus.CANCELED
    assert (successor.status, len(house.engine.created)) == (OrderStatus.CANCELED, 1)


async def test_a_wish_that_comes_while_what_got_lost_is_ordered_again_waits_and_holds_for_that(
    house: House, ada: UUID
) -> None:
    order = await sent(house, ada, OrderKind.PREDICTION)
    await made(house, order)
    async with house.desk.for_service(ada) as work:
        await lose_all(work, order)
        wish = asyncio.create_task(cancel(house, order))
        await until_somebody_waits(work)
    await wish
    async with house.desk.for_service(ada) as work:
        successor = await work.orders.next_after(order)
    assert successor is not None
    assert successor.cancel_asked_at is not None


async def test_what_gets_lost_while_a_wish_is_written_down_is_not_ordered_again(house: House, ada: UUID) -> None:
    order = await sent(house, ada, OrderKind.PREDICTION)
    await made(house, order)
    async with house.desk.for_person(ada) as work:
        await cancelling.cancel_portraits(work, order.generation_id)  # type: ignore[arg-type] -- it is of portraits
        losing = asyncio.create_task(lose(house, order))
        await until_somebody_waits(work)
    await losing
    async with house.desk.for_service(ada) as work:
        assert await work.orders.next_after(order) is None


async def made(house: House, order: Order) -> None:
    async with house.desk.for_service(order.owner_id) as work:
        await progress.hear(work, order.id, JobReport("job1", OrderStatus.DONE, outputs=("u0", "u1")))


async def cancel(house: House, order: Order) -> None:
    async with house.desk.for_person(order.owner_id) as work:
        await cancelling.cancel_portraits(work, order.generation_id)  # type: ignore[arg-type] -- it is of portraits


async def lose(house: House, order: Order) -> None:
    async with house.desk.for_service(order.owner_id) as work:
        await lose_all(work, order)


async def until_somebody_waits(work: Work) -> None:
    """Wait until another transaction waits for this one."""
    # Not by `pg_stat_activity`: a transaction goes on seeing the connections that there were when it first looked.
    mine = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    async with asyncio.timeout(10):
        while not await work.session.scalar(text(mine)):  # noqa: ASYNC110 -- nothing tells when a lock is waited for
            await asyncio.sleep(0.01)


async def lose_all(work: Work, order: Order) -> None:
    assert order.generation_id is not None
    generation = await work.generations.get(order.generation_id, lock=True)
    for asset in await work.assets.of(generation.id):
        painting.lose(asset, Loss.REMOVED)
    await painting.close_if_complete(work, generation)


@pytest.mark.parametrize("kind", list(OrderKind))
async def test_what_was_called_off_before_it_began_is_called_off_though_the_engine_calls_it_aborted(
    house: House, ada: UUID, kind: OrderKind
) -> None:
    order = await sent(house, ada, kind)
    house.engine.ignores_cancel = True
    house.engine.say(order.job_id, report_of(kind, {"id": order.job_id, "status": "aborted"}))
    async with house.desk.for_person(ada) as work:
        if order.generation_id is None:
            await cancelling.cancel_training(work, order.training_id)
        else:
            await cancelling.cancel_portraits(work, order.generation_id)
    await call_off(house, order)
    async with house.desk.for_person(ada) as work:
        ended = await work.orders.get(order.id)
        if order.generation_id is None:
            row = await work.trainings.get(order.training_id)
            assert row.status is TrainingStatus.CANCELED
        else:
            row = await work.generations.get(order.generation_id)
            assert row.status is GenerationStatus.CANCELED
            assert {asset.loss for asset in await work.assets.of(row.id)} == {Loss.CALLED_OFF}
    assert (ended.status, row.trouble) == (OrderStatus.CANCELED, progress.CALLED_OFF)
    async with house.desk.for_service(ada) as work:
        assert (
            await work.orders.next_after(order) is None
        )  # nor is it made once more, as what the engine broke off itself


async def test_what_was_called_off_is_not_ordered_once_more_though_it_was_broken_off_at_no_cost(
    house: House, ada: UUID
) -> None:
    order = await sent(house, ada, OrderKind.TRAINING)
    async with house.desk.for_person(ada) as work:
        await cancelling.cancel_training(work, order.training_id)
    async with house.desk.for_service(ada) as work:
        await progress.hear(work, order.id, broken_off(order))
        assert await work.orders.next_after(order) is None
        assert (await work.trainings.get(order.training_id)).status.is_final
