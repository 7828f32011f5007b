"""What catches whatever fell between two chairs: jobs nobody told us of, and work that was recorded and forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.replicate.errors import EngineError, JobVanished
from portrait_app.database.address import Role
from portrait_app.database.mails import forgotten_mails
from portrait_app.database.orders import forgotten_chores, take_to_look_at
from portrait_app.domain.chores import Chore
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.report import JobReport
from portrait_app.services import progress

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.services.work import Desk

log = structlog.get_logger()

LOOK_AGAIN = timedelta(seconds=2)  # and ever more slowly as an order grows old
FORGOTTEN_AFTER = timedelta(seconds=8)
MOST = 50
VANISHED = "The engine no longer knows this job. Nothing else is lost; please start it again."


async def look_at_orders(desk: Desk, gateway: Gateway) -> int:
    """Ask the engine about the orders that are due; one question a job, however many workers ask. Return how many."""
    async with desk.for_nobody(Role.SERVICE) as session:
        due = await take_to_look_at(session, MOST, LOOK_AGAIN)
    for order_id, owner_id in due:
        try:
            await _look_at(desk, gateway, owner_id, order_id)
        except EngineError as error:  # the others are asked about all the same; this one again when it is due
            log.info("job.not_asked", order=str(order_id), why=type(error).__name__)
    return len(due)


async def remember_chores(desk: Desk) -> int:
    """Put off again what was recorded and that nobody seems to do. Return how many."""
    async with desk.for_nobody(Role.SERVICE) as session:
        forgotten = await forgotten_chores(session, FORGOTTEN_AFTER, MOST)
        unsent = await forgotten_mails(session, FORGOTTEN_AFTER, MOST)
    forgotten += [(Chore.SEND_MAIL, owner_id, mail_id) for owner_id, mail_id in unsent]
    for chore, owner_id, row_id in forgotten:
        await desk.queue.put_off(chore, owner_id, row_id)
    return len(forgotten)


async def _look_at(desk: Desk, gateway: Gateway, owner_id: UUID, order_id: UUID) -> None:
    async with desk.for_service(owner_id) as work:
        order = await work.orders.get(order_id)
    if order.job_id is None:
        return
    try:
        report = await gateway.look_at(order.kind, order.job_id)
    except JobVanished as error:
        report = JobReport(order.job_id, OrderStatus.FAILED, trouble=VANISHED, trouble_detail=str(error))
    async with desk.for_service(owner_id) as work:
        await progress.hear(work, order_id, report)
