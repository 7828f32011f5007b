"""The one door for news of a job, whoever brings it: a webhook, the reconciliation, or the reply to our own call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.database.orders import count_up, owner_of
from portrait_app.domain.cause import Cause
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus, advance
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import doubles, learning, painting
from portrait_app.services.again import MOST_CALLS, order_again, take_back

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from portrait_app.domain.order import Order
    from portrait_app.services.work import Work

log = structlog.get_logger()

FIRST_LOOK = timedelta(seconds=2)
NO_MODEL = "The training ended without a face model. Your photos are safe; please start it again."
CALLED_OFF = "You called this off. What you have is safe; start again whenever you like."
STOPPED = (
    "It was stopped at the portrait engine: it took too long, or somebody stopped it there. "
    "What you have is safe; please try again."
)
IN_DOUBT = (
    "The connection broke just as this was ordered, and nobody can say whether the portrait engine took it. It was not "
    "ordered again by itself, so nothing is charged twice; what you have is safe. Should it turn up, you get it. "
    "If you would rather not wait, try again: that is a new order, and the first is called off if it still turns up."
)
# Why the engine itself ended a job without having done any work: then the same once more may go well.
_PASSING = {Cause.INTERRUPTED, Cause.NOT_IN_TIME, Cause.NEVER_STARTED}
STRANGERS = "jobs that nobody waited for"


async def hear(work: Work, order_id: UUID, report: JobReport, *, is_of_its_call: bool = False) -> None:
    """Take in what was said of a job. Late, double and disordered news changes nothing and is no error.

    `is_of_its_call`: it is certain that this order's call made the job, though it be another than we know.
    """
    await hear_of(work, await work.orders.get(order_id, lock=True), report, is_of_its_call=is_of_its_call)


async def hear_of_all(work: Work, order_id: UUID, report: JobReport, others: Iterable[str]) -> None:
    """Take in news of the job that an order's own call made, and have ended what else the engine made of that call."""
    await hear(work, order_id, report, is_of_its_call=True)
    for other in others:  # how it is doing is asked as it is called off
        await hear(work, order_id, JobReport(other, OrderStatus.STARTING), is_of_its_call=True)


async def hear_of(work: Work, order: Order, report: JobReport, *, is_of_its_call: bool = False) -> None:
    """Do the same for an order that is locked already."""
    is_new = order.job_id is None
    if not await _is_its_job(work, order, report):
        await _hear_of_another(work, order, report, is_of_its_call=is_of_its_call)
        return
    order.silent_since = order.unknown_since = None
    if report.cause is Cause.UNNAMED:
        await _have_it_named(work, order, report)
        return
    if order.status.is_final and not await take_back(work, order, report):
        await _hear_of_stray(work, order, report, is_new=is_new)
        return
    order.look_at = order.look_at or now() + FIRST_LOOK
    await _take_in(work, order, report.storable())


async def end(
    work: Work,
    order_id: UUID,
    status: OrderStatus,
    *,
    trouble: str,
    detail: str,
    may_go_on: bool = False,
    cause: Cause | None = None,
) -> None:
    """End an order by our own word: the engine never had it, no longer knows it, or can't be waited for any longer.

    `trouble` is why, in words for the person; `detail` is for the log, and for the operator when it ends in doubt.
    `may_go_on`: its job may be under way all the same, as always when it ends in doubt.
    """
    order = await work.orders.get(order_id, lock=True)
    if order.status.is_final:
        return
    if status is OrderStatus.IN_DOUBT:
        order.doubt = detail
    if may_go_on or status is OrderStatus.IN_DOUBT:
        _have_seen_off(work, order)
    await _take_in(work, order, JobReport("", status, trouble=trouble, trouble_detail=detail, cause=cause))


async def end_in_doubt(work: Work, order_id: UUID, sent_at: datetime | None) -> None:
    """End an order whose reply was lost and of which nobody can say whether the engine took it; the operator is told.

    One that was called off has ended as was wished. The job of either is looked for, and seen to its end.

    Args: sent_at: as in `give_up_for_another`.
    """
    order = await work.orders.get(order_id, lock=True)
    if order.status is not OrderStatus.SENDING or order.sent_at != sent_at:
        return
    detail = f"sent at {order.sent_at:%Y-%m-%d %H:%M:%S} UTC, fingerprint {order.fingerprint}: look at the list"
    if order.cancel_asked_at is not None:
        await end(work, order_id, OrderStatus.CANCELED, trouble=CALLED_OFF, detail=detail, may_go_on=True)
        return
    await end(work, order_id, OrderStatus.IN_DOUBT, trouble=IN_DOUBT, detail=detail)


async def give_up_for_another(work: Work, order_id: UUID, sent_at: datetime | None) -> None:
    """Put another order in the place of one that the engine certainly never took, unless it was called off.

    Args: sent_at: of the call that was looked for. Whoever made it may have woken meanwhile, have learnt that it was
        never taken, and be calling once more: nothing is known of that call.
    """
    order = await work.orders.get(order_id, lock=True)
    if order.status is not OrderStatus.SENDING or order.sent_at != sent_at:
        return
    if order.cancel_asked_at is not None:
        await end(work, order_id, OrderStatus.CANCELED, trouble=CALLED_OFF, detail="never taken")
        return
    order.status = OrderStatus.LOST
    _close(work, order)
    _have_seen_off(work, order)  # should a list not keep to what we take for certain, nothing runs on unseen
    await order_again(work, order, tries=order.tries)


async def _have_it_named(work: Work, order: Order, report: JobReport) -> None:
    """Have it found out which face model was made: by whoever asks about the order, or sees its job off.

    Until then its job is not over; and it is one, so that nobody looks for what became of a lost call any more.
    """
    if not order.status.is_final:
        order.look_at = order.look_at or now() + FIRST_LOOK
        await _take_in(work, order, JobReport(report.job_id, OrderStatus.RUNNING))
    elif order.status is not OrderStatus.DONE and order.doubt is None and order.stray_since is None:
        _have_seen_off(work, order)


async def _is_its_job(work: Work, order: Order, report: JobReport) -> bool:
    """Whether the report is of this order's job; the first job that is heard of becomes its job."""
    if order.job_id == report.job_id:
        return True
    if order.job_id is not None or await owner_of(work.session, job_id=report.job_id) is not None:
        return False
    order.job_id = report.job_id
    return True


async def _hear_of_another(work: Work, order: Order, report: JobReport, *, is_of_its_call: bool) -> None:
    """See to a job that isn't this order's: a second one of its call, or one of which nothing is known."""
    known = await owner_of(work.session, job_id=report.job_id)
    # Held only once it is known as this order's own: what holds two orders, in any turn, waits for who holds the other.
    other = None if known is None else await work.orders.find(known[0])
    if other is None or not (other.is_double and other.retry_of == order.id):
        await _count_stranger(work, order, report)
        other = await doubles.write_down(work, order, report.job_id) if known is None and is_of_its_call else None
    if other is not None:
        await hear(work, other.id, report)


async def _count_stranger(work: Work, order: Order, report: JobReport) -> None:
    log.warning("job.stranger", order=str(order.id), known=order.job_id, said=report.job_id)
    await count_up(work.session, STRANGERS)


async def _hear_of_stray(work: Work, order: Order, report: JobReport, *, is_new: bool) -> None:
    """See to a job whose order has ended: nobody waits for it, so it is called off, and what it made is deleted."""
    if order.status is OrderStatus.DONE:  # the same news once more
        return
    if is_new:
        await _count_stranger(work, order, report)
    if order.is_double:
        await doubles.note_end(work, order, report)
    was_in_doubt, order.doubt = order.doubt is not None, None  # whose job it is, is known
    order.version = report.storable().version or order.version
    if report.status.is_final and order.version is None:
        order.stray_since = None
    elif is_new or was_in_doubt or order.version is not None:
        _have_seen_off(work, order)


def _have_seen_off(work: Work, order: Order) -> None:
    """Have a job looked for that nobody waits for, ended, and what it made deleted: `services/strays`."""
    order.stray_since = order.stray_since or now()
    work.later(Chore.CALL_OFF, order.id)


async def _take_in(work: Work, order: Order, report: JobReport) -> None:
    if order.kind is OrderKind.TRAINING and report.status is OrderStatus.DONE and report.version is None:
        report = JobReport(report.job_id, OrderStatus.FAILED, trouble=NO_MODEL, trouble_detail="no usable version")
    if report.cause is Cause.NOT_IN_TIME and order.cancel_asked_at is not None:
        # The engine says the same of all that ended before it began: of what its person called off, too.
        report = replace(report, status=OrderStatus.CANCELED, trouble=None)
    order.status = advance(order.status, report.status)
    order.heard_at = work.moment
    if order.status.is_final:
        _close(work, order)
        log.info("job.ended", order=str(order.id), status=order.status, detail=report.trouble_detail)
    if _is_worth_another(order, report) and await _has_its_photos(work, order):
        await order_again(work, order, tries=order.tries + 1)
    elif order.kind is OrderKind.TRAINING:
        await learning.hear(work, order, report, _trouble(order, report))
    else:
        await painting.hear(work, order, report, _trouble(order, report))


def _close(work: Work, order: Order) -> None:
    order.ended_at, order.look_at = now(), None
    if order.may_have_upload:
        work.later(Chore.TIDY_ORDER, order.id)


def _is_worth_another(order: Order, report: JobReport) -> bool:
    """Whether the job is made once more: the engine broke it off, it cost nothing, and nobody called it off."""
    is_passing = report.is_free and report.cause in _PASSING and not report.outputs
    is_allowed = not order.tries and order.attempts < MOST_CALLS and order.cancel_asked_at is None
    return order.status is OrderStatus.FAILED and is_passing and is_allowed


async def _has_its_photos(work: Work, order: Order) -> bool:
    """Whether what a face would be learned from is there; its person may have deleted it while the job was in doubt."""
    is_training = order.kind is OrderKind.TRAINING
    return not is_training or (await work.trainings.get(order.training_id, lock=True)).photos_deleted_at is None


def _trouble(order: Order, report: JobReport) -> str | None:
    if order.status is OrderStatus.CANCELED:
        return report.trouble or (CALLED_OFF if order.cancel_asked_at else STOPPED)
    return report.trouble
