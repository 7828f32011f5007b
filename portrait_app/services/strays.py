"""Jobs that nobody waits for any more: looked for while they may turn up, ended, and what they made deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.replicate.errors import EngineError, JobVanished, Throttled
from portrait_app.database.orders import owner_of
from portrait_app.domain.cause import Cause
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import as_of_now, now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import naming, progress, vanished, versions
from portrait_app.services.again import may_be_taken_back, say_it_is_over
from portrait_app.services.pace import Call, turn
from portrait_app.services.traces import Found, look_for
from portrait_app.services.versions import NotYetGone

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.order import Order
    from portrait_app.services.work import Desk, Work

log = structlog.get_logger()

# Each order goes out with a Cancel-After (10 min, 2 h), so that an engine that keeps to it has ended it before this.
DEADLINE = {OrderKind.PREDICTION: timedelta(minutes=15), OrderKind.TRAINING: timedelta(hours=2, minutes=10)}
# A job that no list has shown by then has ended by the deadlines that its order carried, or never was.
LOOKED_FOR = {OrderKind.PREDICTION: timedelta(minutes=75), OrderKind.TRAINING: timedelta(hours=3)}
BACK_WITHIN = dict(LOOKED_FOR)  # since it was sent: a job that the engine says it doesn't know, if ever
ALREADY_LOOKED_FOR = timedelta(minutes=1)  # before its order was given up: what isn't listed by then comes late if ever
SEEN_OFF_FOR = timedelta(days=3)  # after that an engine that won't confirm its end is the operator's to ask
NOTHING_AFTER_ALL = (
    "The connection broke just as this was ordered. It is certain now that the portrait engine never took it, so "
    "nothing was charged. What you have is safe; please try again."
)


class _NeverFound(Exception):
    """A job was looked for as long as it may turn up; whether there ever was one is the operator's to find out."""


async def see_off(desk: Desk, gateway: Gateway, order: Order) -> None:
    """Go on with a job whose order has ended; done when nothing of it is left at the engine. May be done twice.

    It may still be of use (`services/again.take_back`): then its order is open again, and nothing is ended here.

    Raises:
        NotYetGone: it has not ended, or may still turn up. Throttled: it is nobody's turn.
    """
    assert order.stray_since is not None
    ago = now() - as_of_now(order.stray_since)
    try:
        if await _is_done(desk, gateway, order, ago):
            await _forget(desk, order, doubt=None)
    except _NeverFound as error:
        await _forget(desk, order, doubt=str(error))
    except Throttled:
        raise
    except (EngineError, NotYetGone) as error:
        if ago < SEEN_OFF_FOR:
            if isinstance(error, NotYetGone):
                raise
            raise NotYetGone(str(error), ago) from error
        its = f"job {order.job_id}" if order.job_id else f"a job with fingerprint {order.fingerprint}"
        await _forget(desk, order, doubt=f"{its} may be at the engine, or a face model that it made: {error}"[:500])


async def _is_done(desk: Desk, gateway: Gateway, order: Order, ago: timedelta) -> bool:
    """Whether there was something left to do and it is done; False when it was nobody's, or is wanted after all."""
    found = Found(order.job_id) if order.job_id else await _found(desk, gateway, order, ago)
    if found.job_id is None:
        await _settle_as_nothing(desk, order)
        return True
    try:
        await _end(desk, gateway, order, found, ago)
    except JobVanished as error:
        has_ended = order.version is not None or await will_not_be_back(desk, gateway, order)
        if not has_ended:
            raise NotYetGone(f"the engine doesn't know job {error} just now", ago) from error
    except EngineError:
        await _note_whose_it_is(desk, order, found)
        raise
    async with desk.for_service(order.owner_id) as work:
        known = await work.orders.get(order.id)
        training = await work.trainings.get(order.training_id)
    if not known.status.is_final:  # it was taken back
        return False
    if known.version is not None and known.is_double and not training.status.is_final:
        raise NotYetGone(f"the job that is kept may have made {known.version} as well", ago)
    if known.version is not None and known.version != training.version:
        await _delete(desk, gateway, known, known.version, ago)
    log.info("stray.ended", order=str(order.id), job=found.job_id, version=known.version)
    return True


async def _delete(desk: Desk, gateway: Gateway, order: Order, version: str, ago: timedelta) -> None:
    """Have what it made deleted; while that is there, nobody is told that their face model is gone.

    Raises: NotYetGone, EngineError.
    """
    try:
        await versions.delete(desk, gateway, version, ago)
    except (EngineError, NotYetGone):
        async with desk.for_service(order.owner_id) as work:
            await _take_back_that_it_is_gone(work, order)
        raise


async def _note_whose_it_is(desk: Desk, order: Order, found: Found) -> None:
    """Keep that a list has shown the job of an order, though how it is doing could not be asked just now.

    Whoever waits for what was in doubt hears of it at once, and it is asked about as any other. What was given up for
    certain waits for the whole word: the one in its place is worth more than a job that may have failed.
    """
    if order.job_id is not None or found.job_id is None or order.status is OrderStatus.LOST:
        return
    async with desk.for_service(order.owner_id) as work:
        await progress.hear_of_all(work, order.id, JobReport(found.job_id, OrderStatus.STARTING), found.others)


async def will_not_be_back(desk: Desk, gateway: Gateway, order: Order) -> bool:
    """Whether a job that the engine says it doesn't know has ended for certain, by the deadline that it carried.

    Raises: EngineError: it could not be asked now.
    """
    is_gone = await vanished.is_gone(desk, gateway, order)
    return is_gone and now() - as_of_now(order.sent_at or order.created_at) >= BACK_WITHIN[order.kind]


async def _found(desk: Desk, gateway: Gateway, order: Order, ago: timedelta) -> Found:
    """Look for the job of an order whose reply was lost; without a job when there certainly is none.

    Raises:
        NotYetGone: it may turn up, in the engine's list or by its webhook. _NeverFound: it has not, in all this time.
    """
    if order.fingerprint is None or order.sent_at is None:
        return Found(None)
    found = await look_for(desk, gateway, order)
    if found.job_id is not None:
        return found
    is_over = ago >= LOOKED_FOR[order.kind]
    # Of one that was lost it was certain already: here just that is doubted, for a while.
    if is_over if order.status is OrderStatus.LOST else found.is_nothing:
        return found
    if is_over:
        raise _NeverFound(f"no list has shown the job with fingerprint {order.fingerprint}, nor that there is none")
    raise NotYetGone("no list shows its job", max(ago, ALREADY_LOOKED_FOR))


async def _settle_as_nothing(desk: Desk, order: Order) -> None:
    """Say of an order in doubt that the engine never took it, now that a later list shows it."""
    async with desk.for_service(order.owner_id) as work:
        row = await work.orders.get(order.id, lock=True)
        if row.status is OrderStatus.IN_DOUBT and row.job_id is None:
            await say_it_is_over(work, row, NOTHING_AFTER_ALL)


async def _end(desk: Desk, gateway: Gateway, order: Order, found: Found, ago: timedelta) -> None:
    """Hear how the job is doing, and call it off if it goes on and is of no use; what was found beside it gets its row.

    Raises: NotYetGone: it goes on. JobVanished, EngineError.
    """
    assert found.job_id is not None
    job_id = found.job_id
    async with turn(desk, Call.ASK):
        report = await gateway.look_at(order.kind, job_id)
    if report.cause is Cause.UNNAMED:
        if order.version is not None:  # it said so before, and what it made is still to be deleted
            return
        report = await naming.named(desk, gateway, report)
    if report.cause is Cause.UNNAMED:
        raise NotYetGone(f"job {job_id} made a face model and doesn't say which", ago)
    async with desk.for_service(order.owner_id) as work:
        await progress.hear_of_all(work, order.id, report, found.others)
        row = await work.orders.get(order.id)
        is_its_own = row.job_id in (None, job_id)
        if not row.status.is_final or (is_its_own and report.status.is_final):
            return
        is_in_time = is_its_own and now() < as_of_now(row.sent_at or row.created_at) + DEADLINE[row.kind]
        if is_in_time and await may_be_taken_back(work, row):  # it is paid for, and nothing was ordered in its place
            raise NotYetGone(f"job {job_id} may still bring what was asked for", ago)
        known = await owner_of(work.session, job_id=job_id)
    if not is_its_own:  # whose it is sees to it, and its own is called off next
        raise NotYetGone(f"job {job_id} is another's, and {row.job_id} its own", ago)
    if known is not None and known[0] != order.id:  # by the word of whoever runs the studio: that one waits for it
        raise _NeverFound(f"job {job_id} bears its fingerprint and is known as that of order {known[0]}")
    async with turn(desk, Call.ASK):
        report = await gateway.cancel(order.kind, job_id)
    async with desk.for_service(order.owner_id) as work:
        await progress.hear(work, order.id, report)
    if not report.status.is_final:
        raise NotYetGone(f"job {job_id} was told to stop", ago)


async def _forget(desk: Desk, order: Order, *, doubt: str | None) -> None:
    async with desk.for_service(order.owner_id) as work:
        row = await work.orders.get(order.id, lock=True)
        if not row.status.is_final:
            return
        row.stray_since = None
        if doubt is None:
            row.version = None
        else:
            row.doubt = row.doubt or doubt
            if row.kind is OrderKind.TRAINING:
                await _take_back_that_it_is_gone(work, row)


async def _take_back_that_it_is_gone(work: Work, order: Order) -> None:
    """Have a face model that was deleted before this job turned up asked for anew: nobody else would ask for good."""
    training = await work.trainings.find(order.training_id, lock=True)
    if training is not None and training.removed_at is not None:
        training.removed_at = None
        work.later(Chore.REMOVE_MODEL, training.id)
        await work.tell("training", training.id)
