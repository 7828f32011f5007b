"""Deliveries that arrive at the same moment."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.report import JobReport
from portrait_app.services import generations, inbox

if TYPE_CHECKING:
    import pytest

    from tests.builders import House


async def test_deliveries_of_one_order_at_the_same_moment_are_all_taken_in(house: House) -> None:
    ada = await house.somebody()
    training = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        await generations.order(work, training, style="noir", count=1, aspect="1:1")
    ((_, _, order_id),) = house.queue.take()

    news = [JobReport("job1", status) for status in (OrderStatus.STARTING, OrderStatus.RUNNING, OrderStatus.FAILED)] * 3
    await asyncio.gather(
        *(inbox.take(house.desk, webhook_id=f"w{n}", order_id=order_id, report=one) for n, one in enumerate(news))
    )

    async with house.desk.for_service(ada) as work:
        assert (await work.orders.get(order_id)).status is OrderStatus.FAILED


async def test_a_delivery_is_remembered_for_as_long_as_it_can_come_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await house.somebody()
    training = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        await generations.order(work, training, style="noir", count=1, aspect="1:1")
    ((_, _, order_id),) = house.queue.take()

    async def is_new() -> bool:
        async with house.desk.for_service(ada) as work:
            return await work.orders.take_in("w", order_id, work.moment) is not None

    assert await is_new()
    await inbox.clear(house.desk)
    assert not await is_new()
    monkeypatch.setattr(inbox, "CAN_COME_AGAIN", timedelta())
    await inbox.clear(house.desk)
    assert await is_new()
