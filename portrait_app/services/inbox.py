"""Taking a webhook in: once, in one short transaction, however often it is delivered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import IntegrityError

from portrait_app.database.address import Role
from portrait_app.database.orders import count_up, forget_deliveries
from portrait_app.services import progress

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.report import JobReport
    from portrait_app.services.work import Desk, Work

log = structlog.get_logger()

UNKNOWN = "webhooks for orders that are gone"
CAN_COME_AGAIN = timedelta(hours=1)  # at most: its signature is believed for five minutes


async def take(desk: Desk, *, webhook_id: str, order_id: UUID, report: JobReport) -> None:
    """Write the delivery down and hear its news. An order we don't know, or a second delivery, changes nothing.

    News of an order that is gone (its person was deleted, or a backup was brought back) is counted: `doctor` tells.
    """
    try:
        await _take(desk, webhook_id, order_id, report)
    except IntegrityError:  # another order's news of the same job came in the same moment: now it is known whose it is
        await _take(desk, webhook_id, order_id, report)


async def _take(desk: Desk, webhook_id: str, order_id: UUID, report: JobReport) -> None:
    known = desk.owner_of_order(order_id)
    if known is not None:
        async with desk.for_service(known) as work:
            if await _hear(work, webhook_id, order_id, report):
                return
    # It came before, the order is gone, or this process has heard nothing of it yet: which, is asked.
    async with desk.for_whose_order(order_id) as work:
        if work is not None:
            await _hear(work, webhook_id, order_id, report)
            return
    log.warning("webhook.unknown_order", order=str(order_id))
    async with desk.for_nobody(Role.SERVICE) as session:
        await count_up(session, UNKNOWN)


async def _hear(work: Work, webhook_id: str, order_id: UUID, report: JobReport) -> bool:
    taken = await work.orders.take_in(webhook_id, order_id, work.moment)
    if taken is None:
        return False
    order, training = taken
    if training is not None:
        work.trainings.hold(training)
    # Its address is signed by us, its body by the engine: this order's call made the job.
    await progress.hear_of(work, order, report, is_of_its_call=True)
    return True


async def clear(desk: Desk) -> None:
    """Forget the deliveries that can't come again."""
    async with desk.for_nobody(Role.SERVICE) as session:
        await forget_deliveries(session, CAN_COME_AGAIN)
