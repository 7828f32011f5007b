"""Orders that were given up, and jobs of theirs that the engine has all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.domain.chores import Chore
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import cancelling, inbox
from tests.services.losing import let_time_pass, lost, order_of, recorded

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.order import Order
    from tests.builders import House


async def given_up(house: House, owner_id: UUID, kind: OrderKind = OrderKind.PREDICTION) -> tuple[Order, UUID]:
    """Have an order taken by an engine whose list breaks its promise; return it and the order in its place."""
    order = await lost(house, owner_id, kind, is_taken=True)
    house.engine.unlisted.add("job1")
    house.engine.list_is_past = True
    await let_time_pass(house, order)
    await house.sender.send(owner_id, order.id)
    (successor,) = [row for chore, _, row in house.queue.take() if chore is Chore.SEND_ORDER]
    return order, successor


async def hear(house: House, order: Order, report: JobReport) -> None:
    """Have the engine bring this of the first job it made."""
    house.engine.say("job1", report)
    await inbox.take(house.desk, webhook_id=f"{report.status}", order_id=order.id, report=report)


async def call_off(house: House, order: Order) -> None:
    """Do the chore that sees to a job whose order has ended."""
    await cancelling.call_off(house.desk, house.engine, order.owner_id, order.id)  # type: ignore[arg-type] -- a fake


async def sent(house: House, owner_id: UUID, kind: OrderKind) -> Order:
    """Have an order that the engine has taken."""
    order = await recorded(house, owner_id, kind)
    await house.sender.send(owner_id, order.id)
    house.queue.take()
    return await order_of(house, owner_id, order.id)


RUNNING = JobReport("job1", OrderStatus.RUNNING)
