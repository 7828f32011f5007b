"""A second job that the engine made of one call: the one that was heard of first is kept, the other is called off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from portrait_app.database.orders import count_up
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import Order

if TYPE_CHECKING:
    from portrait_app.domain.report import JobReport
    from portrait_app.services.work import Work

log = structlog.get_logger()

PAID = "second jobs of one order that ended before they could be called off, and may have cost"


async def write_down(work: Work, order: Order, job_id: str) -> Order:
    """Write a second job of an order's call down, and have it ended as one that nobody waits for (`services/strays`).

    The order is locked, and has the job that is kept; no two rows have the same job.
    """
    double = work.orders.add(
        Order(
            owner_id=order.owner_id,
            kind=order.kind,
            training_id=order.training_id,
            generation_id=order.generation_id,
            retry_of=order.id,
        )
    )
    await work.session.flush()  # an order's row begins so, and in no other way (migration 0012)
    double.is_double, double.status, double.job_id = True, OrderStatus.CANCELED, job_id
    double.account, double.sent_at = order.account, order.sent_at
    double.cancel_asked_at = double.ended_at = double.stray_since = now()
    await work.session.flush()
    work.later(Chore.CALL_OFF, double.id)
    log.warning("job.double", order=str(order.id), kept=order.job_id, called_off=job_id)
    return double


async def note_end(work: Work, double: Order, report: JobReport) -> None:
    """Count a second job for the operator that ended by itself, unless it certainly cost nothing; each once."""
    if not report.status.is_final or double.heard_at is not None:
        return
    double.heard_at = work.moment
    if report.status is OrderStatus.DONE or (report.status is OrderStatus.FAILED and not report.is_free):
        log.warning("job.double_paid", order=str(double.retry_of), job=double.job_id, said=report.status)
        await count_up(work.session, PAID)
