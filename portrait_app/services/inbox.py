"""Taking a webhook in: once, in one short transaction, however often it is delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from portrait_app.database.address import Role
from portrait_app.database.orders import owner_of
from portrait_app.services import progress

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.report import JobReport
    from portrait_app.services.work import Desk

log = structlog.get_logger()


async def take(desk: Desk, *, webhook_id: str, order_id: UUID, report: JobReport) -> None:
    """Write the delivery down and hear its news. An order we don't know, or a second delivery, changes nothing."""
    async with desk.for_nobody(Role.SERVICE) as session:
        known = await owner_of(session, order_id=order_id)
    if known is None:
        log.warning("webhook.unknown_order", order=str(order_id))
        return
    async with desk.for_service(known[1]) as work:
        # Locked before the delivery refers to it: two deliveries that refer to one order first and lock it then
        # would wait for each other.
        await work.orders.get(order_id, lock=True)
        if await work.orders.take_in(webhook_id, order_id):
            await progress.hear(work, order_id, report)
