"""Deliveries that arrive at the same moment."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg

from portrait_app.database.address import Role
from portrait_app.database.orders import counted
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.report import JobReport, Progress
from portrait_app.services import generations, inbox

if TYPE_CHECKING:
    from uuid import UUID

    import pytest

    from portrait_app.database.address import Address
    from tests.builders import House


async def ordered(house: House, ada: UUID) -> UUID:
    """The order of a portrait."""
    training = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        await generations.order(work, training, style="noir", count=1, aspect="1:1")
    ((_, _, order_id),) = house.queue.take()
    return order_id


async def learning(house: House, ada: UUID) -> tuple[UUID, UUID]:
    """A training that was started, and its order."""
    training, order_id = await house.training_begun(ada)
    return training.id, order_id


async def test_deliveries_of_one_order_at_the_same_moment_are_all_taken_in(house: House) -> None:
    ada = await house.somebody()
    order_id = await ordered(house, ada)

    news = [JobReport("job1", status) for status in (OrderStatus.STARTING, OrderStatus.RUNNING, OrderStatus.FAILED)] * 3
    await asyncio.gather(
        *(inbox.take(house.desk, webhook_id=f"w{n}", order_id=order_id, report=one) for n, one in enumerate(news))
    )

    async with house.desk.for_service(ada) as work:
        assert (await work.orders.get(order_id)).status is OrderStatus.FAILED


async def test_the_job_of_one_order_never_becomes_that_of_another(house: House) -> None:
    ada = await house.somebody()
    first, second = await ordered(house, ada), await ordered(house, ada)
    report = JobReport("job1", OrderStatus.RUNNING)
    for webhook_id, order_id in (("w1", first), ("w2", second)):
        await inbox.take(house.desk, webhook_id=webhook_id, order_id=order_id, report=report)

    async with house.desk.for_service(ada) as work:
        assert (await work.orders.get(first)).job_id == "job1"
        assert (await work.orders.get(second)).job_id is None


async def test_news_that_are_brought_to_each_others_orders_at_once_wait_for_nobody_for_good(house: House) -> None:
    """Whoever holds one order while it looks at another would wait for who holds the other, until one of them fails."""
    ada = await house.somebody()
    first, second = await ordered(house, ada), await ordered(house, ada)
    jobs = {first: JobReport("job1", OrderStatus.RUNNING), second: JobReport("job2", OrderStatus.RUNNING)}
    for order_id, report in jobs.items():
        await inbox.take(house.desk, webhook_id=report.job_id, order_id=order_id, report=report)
    crossed = [(first, jobs[second]), (second, jobs[first])] * 10
    await asyncio.gather(
        *(
            inbox.take(house.desk, webhook_id=f"w{number}", order_id=order_id, report=report)
            for number, (order_id, report) in enumerate(crossed)
        )
    )


async def test_a_job_that_is_brought_to_two_orders_in_the_same_moment_is_one_order_s(house: House) -> None:
    ada = await house.somebody()
    for number in range(5):
        orders = [await ordered(house, ada), await ordered(house, ada)]
        report = JobReport(f"job{number}", OrderStatus.RUNNING)
        await asyncio.gather(
            *(inbox.take(house.desk, webhook_id=f"{each}", order_id=each, report=report) for each in orders)
        )
        async with house.desk.for_service(ada) as work:
            known = [(await work.orders.get(each)).job_id for each in orders]
        assert sorted(known, key=str) == [None, report.job_id]


async def test_a_delivery_is_remembered_for_as_long_as_it_can_come_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await house.somebody()
    order_id = await ordered(house, ada)

    async def is_new() -> bool:
        async with house.desk.for_service(ada) as work:
            return await work.orders.take_in("w", order_id, work.moment) is not None

    assert await is_new()
    await inbox.clear(house.desk)
    assert not await is_new()
    monkeypatch.setattr(inbox, "CAN_COME_AGAIN", timedelta())
    await inbox.clear(house.desk)
    assert not await is_new()  # whatever is asked for: a signature is believed for five minutes
    with psycopg.connect(house.desk.database.address.conninfo()) as admin:
        admin.execute("UPDATE app.deliveries SET created_at = now() - interval '11 minutes'")
    await inbox.clear(house.desk)
    assert await is_new()


async def test_news_that_waited_for_other_work_goes_on_from_what_that_left(house: House, address: Address) -> None:
    ada = await house.somebody()
    training_id, order_id = await learning(house, ada)
    first = JobReport("j", OrderStatus.RUNNING, progress=Progress("Learning", 20, None))
    await inbox.take(house.desk, webhook_id="1", order_id=order_id, report=first)

    async with house.desk.for_service(ada) as work:
        order, training = await work.orders.get(order_id, lock=True), await work.trainings.get(training_id, lock=True)
        second = JobReport("j", OrderStatus.RUNNING, progress=Progress("Learning", 50, None))
        taking = asyncio.create_task(inbox.take(house.desk, webhook_id="2", order_id=order_id, report=second))
        await somebody_waits(address)
        order.fingerprint, training.percent, training.version = "left", 90.0, "left"
    await taking
    async with house.desk.for_service(ada) as work:
        order, training = await work.orders.get(order_id), await work.trainings.get(training_id)
        assert (order.fingerprint, training.percent, training.version) == ("left", 90.0, "left")
        assert order.heard_at is not None


async def test_an_order_that_is_gone_is_counted_also_where_it_was_known(house: House, address: Address) -> None:
    ada = await house.somebody()
    _training_id, order_id = await learning(house, ada)
    report = JobReport("j", OrderStatus.RUNNING)
    for webhook_id in ("1", "1"):  # the second delivery of it is no unknown order
        await inbox.take(house.desk, webhook_id=webhook_id, order_id=order_id, report=report)
    assert house.desk.owner_of_order(order_id) == ada
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute("DELETE FROM app.accounts")
    await inbox.take(house.desk, webhook_id="2", order_id=order_id, report=report)
    async with house.desk.for_nobody(Role.SERVICE) as session:
        assert (await counted(session)).get(inbox.UNKNOWN) == 1


async def somebody_waits(address: Address) -> None:
    """Return when a query in this database waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with await psycopg.AsyncConnection.connect(address.conninfo(), autocommit=True) as admin, asyncio.timeout(10):
        while (await (await admin.execute(waiting)).fetchone()) == (0,):  # noqa: ASYNC110 -- nothing announces it
            await asyncio.sleep(0.005)
