"""Taking a webhook in: once, in one short transaction, however often it is delivered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.database.address import Role
from portrait_app.database.orders import count_up, forget_deliveries, owner_of
from portrait_app.services import progress

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.report import JobReport
    from portrait_app.services.work import Desk

log = structlog.get_logger()

UNKNOWN = "webhooks for orders that are gone"
CAN_COME_AGAIN = timedelta(hours=1)  # at most: its signature is believed for five minutes


async def take(desk: Desk, *, webhook_id: str, order_id: UUID, report: JobReport) -> None:
    """Write the delivery down and hear its news. An order we don't know, or a second delivery, changes nothing.

    News of an order that is gone (its person was deleted, or a backup was brought back) is counted: `doctor` tells.
    """
    async with desk.for_nobody(Role.SERVICE) as session:
        known = await owner_of(session, order_id=order_id)
        if known is None:
            await count_up(session, UNKNOWN)
            log.warning("webhook.unknown_order", order=str(order_id))
            return
    async with desk.for_service(known[1]) as work:
        # Locked before the delivery refers to it: two deliveries that refer to one order first and lock it then
        # would wait for each other.
        order = await work.orders.find(order_id, lock=True)
        if order is not None and await work.orders.take_in(webhook_id, order_id):
            await progress.hear(work, order_id, report)


async def clear(desk: Desk) -> None:
    """Forget the deliveries that can't come again."""
    async with desk.for_nobody(Role.SERVICE) as session:
        await forget_deliveries(session, CAN_COME_AGAIN)
