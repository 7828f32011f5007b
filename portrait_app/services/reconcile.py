"""What catches whatever fell between two chairs: jobs nobody told us of, and work that was recorded and forgotten."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.replicate.errors import EngineDown, EngineError, JobVanished
from portrait_app.database.address import Role
from portrait_app.database.exports import forgotten_exports
from portrait_app.database.leaving import forgotten_leavers
from portrait_app.database.mails import forgotten_mails
from portrait_app.database.orders import forgotten_chores, take_to_look_at
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.services import progress
from portrait_app.services.cancelling import KNOWN_BY
from portrait_app.services.pace import Call, turn, turns
from portrait_app.services.strays import DEADLINE
from portrait_app.services.traces import CLOCKS_DIFFER

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.adapters.replicate.listing import Listed
    from portrait_app.database.orders import Due
    from portrait_app.domain.report import JobReport
    from portrait_app.services.work import Desk

log = structlog.get_logger()

LOOK_AGAIN = timedelta(seconds=2)  # while somebody watches; else ever more slowly as an order grows old
FORGOTTEN_AFTER = timedelta(seconds=8)
MOST = 200
MANY = 20  # more than these are looked up in the engine's list, a hundred a page
# An engine that hangs is asked about all of them within `WE_WERE_OFF`, so that its silence is seen to be one.
SIDE_BY_SIDE = 10
ANSWER_LASTS_S = 20.0
LAST_WORD = timedelta(minutes=5)  # for an engine that was told to stop
SILENCE = timedelta(hours=1)  # no answer after the deadline: by now it has forgotten whatever it made
VANISHED = "The engine no longer knows this job. Nothing else is lost; please start it again."
UNHEARD = (
    "The studio itself could not work with what came of this, so it was given up. "
    "What you have is safe; please try again, and tell whoever runs this studio if it stays so."
)
STUCK = "The portrait engine never finished this, so it was called off. What you have is safe; please try again."
SILENT = (
    "The portrait engine didn't answer for so long that whatever it made is gone. "
    "What you have is safe; please try again."
)


async def look_at_orders(desk: Desk, gateway: Gateway) -> int:
    """Ask the engine about the orders that are due; one question a job, however many workers ask. Return how many."""
    async with desk.for_nobody(Role.SERVICE) as session:
        due = await take_to_look_at(session, MOST, LOOK_AGAIN)
    alone = due
    if len(due) > MANY:
        alone = [one for kind in OrderKind for one in await _by_list(desk, gateway, kind, due)]
    hands = asyncio.Semaphore(SIDE_BY_SIDE)

    async def ask(one: Due) -> None:
        async with hands:
            await _attend(desk, one, _look_at(desk, gateway, one))

    await asyncio.gather(*map(ask, alone))
    return len(due)


async def remember_chores(desk: Desk) -> int:
    """Put off again what was recorded and that nobody seems to do. Return how many."""
    async with desk.for_nobody(Role.SERVICE) as session:
        forgotten = await forgotten_chores(session, FORGOTTEN_AFTER, MOST)
        unsent = await forgotten_mails(session, FORGOTTEN_AFTER, MOST)
        exports = await forgotten_exports(session, FORGOTTEN_AFTER, MOST)
        leavers = await forgotten_leavers(session, FORGOTTEN_AFTER, MOST)
    forgotten += [(Chore.SEND_MAIL, owner_id, mail_id) for owner_id, mail_id in unsent]
    for owner_id, export_id, is_over in exports:
        forgotten.append((Chore.FORGET_EXPORT if is_over else Chore.MAKE_EXPORT, owner_id, export_id))
    forgotten += [(chore, row_id, row_id) for chore, row_id in leavers]
    for chore, owner_id, row_id in forgotten:
        await desk.queue.put_off(chore, owner_id, row_id)
    return len(forgotten)


async def _by_list(desk: Desk, gateway: Gateway, kind: OrderKind, due: list[Due]) -> list[Due]:
    """Hear what the engine's list says of jobs of one kind; return those that must be asked about one by one."""
    waiting = {one.job_id: one for one in due if one.kind is kind}
    alone: list[Due] = []
    if not waiting:
        return alone
    since = min(one.sent_at for one in waiting.values()) - CLOCKS_DIFFER
    try:
        async with aclosing(gateway.jobs.pages(kind, since, turn=turns(desk, Call.ASK))) as pages:
            async for page in pages:
                for listed in page.jobs:
                    one = waiting.pop(listed.report.job_id, None)
                    if one is None:
                        continue
                    if _says_enough(kind, listed):
                        await _attend(desk, one, _hear(desk, gateway, one, listed.report))
                    else:
                        alone.append(one)
                if not waiting:
                    break
    except EngineError as error:
        log.info("jobs.not_listed", kind=kind, why=type(error).__name__)
    return [*alone, *waiting.values()]


def _says_enough(kind: OrderKind, listed: Listed) -> bool:
    """Whether the list says all that a question would: what an ended job made, or how far a training has come."""
    if listed.report.status.is_final:
        return "output" in listed.body
    return kind is OrderKind.PREDICTION or "logs" in listed.body


async def _attend(desk: Desk, one: Due, news: Awaitable[None]) -> None:
    """See to one order: whatever is wrong with it, the others have their turn, and it has its own when it is due."""
    try:
        await news
    except EngineError as error:
        log.info("job.not_asked", order=str(one.order_id), why=type(error).__name__)
    except Exception as error:
        log.exception("job.not_heard", order=str(one.order_id), job=one.job_id)
        await _note_silence(desk, one, error, most=LAST_WORD, trouble=UNHEARD)


async def _note_silence(desk: Desk, one: Due, error: Exception, *, most: timedelta, trouble: str) -> None:
    """Note that nothing was learnt of a job, and end its order once that is so for `most` after its deadline."""
    async with desk.for_service(one.owner_id) as work:
        order = await work.orders.get(one.order_id, lock=True)
        since = max(order.note_silence(now()), one.sent_at + DEADLINE[one.kind])
        if now() - since >= most:
            detail = f"{type(error).__name__} since {order.silent_since}"
            await progress.end(work, order.id, OrderStatus.FAILED, trouble=trouble, detail=detail, may_go_on=True)


async def _look_at(desk: Desk, gateway: Gateway, one: Due) -> None:
    age = now() - one.sent_at
    try:
        async with turn(desk, Call.ASK), asyncio.timeout(ANSWER_LASTS_S):
            report = await gateway.look_at(one.kind, one.job_id)
    except JobVanished as error:
        if age > KNOWN_BY:
            await _end(desk, one, VANISHED, str(error))
    except (EngineDown, TimeoutError) as error:
        await _note_silence(desk, one, error, most=SILENCE, trouble=SILENT)
        raise EngineDown(str(error)) from error
    else:
        await _hear(desk, gateway, one, report)


async def _hear(desk: Desk, gateway: Gateway, one: Due, report: JobReport) -> None:
    overdue = now() - one.sent_at - DEADLINE[one.kind]
    if overdue > timedelta() and not report.status.is_final:
        log.warning("job.overdue", order=str(one.order_id), job=one.job_id, overdue_s=overdue.total_seconds())
        report = await _stop(desk, gateway, one, report, is_last_word=overdue > LAST_WORD)
    async with desk.for_service(one.owner_id) as work:
        await progress.hear(work, one.order_id, report)
    if overdue > LAST_WORD:
        await _end(desk, one, STUCK, f"{report.status} {overdue} after its deadline", may_go_on=True)


async def _stop(desk: Desk, gateway: Gateway, one: Due, report: JobReport, *, is_last_word: bool) -> JobReport:
    try:
        async with turn(desk, Call.ASK):
            return await gateway.cancel(one.kind, one.job_id)
    except EngineError:
        if not is_last_word:
            raise
        return report


async def _end(desk: Desk, one: Due, trouble: str, detail: str, *, may_go_on: bool = False) -> None:
    async with desk.for_service(one.owner_id) as work:
        words = {"trouble": trouble, "detail": detail}
        await progress.end(work, one.order_id, OrderStatus.FAILED, **words, may_go_on=may_go_on)
