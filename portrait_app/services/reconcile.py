"""What catches whatever fell between two chairs: jobs nobody told us of, and work that was recorded and forgotten."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.replicate.errors import EngineDown, EngineError, JobVanished, NotOurTurn, Throttled
from portrait_app.database.address import Role
from portrait_app.database.exports import forgotten_exports
from portrait_app.database.leaving import forgotten_leavers
from portrait_app.database.mails import forgotten_mails
from portrait_app.database.orders import forgotten_chores, take_to_look_at
from portrait_app.domain.cause import Cause
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.order import OrderKind
from portrait_app.services import naming, progress, silence, vanished
from portrait_app.services.pace import Call, turn, turns
from portrait_app.services.silence import LAST_WORD
from portrait_app.services.strays import DEADLINE
from portrait_app.services.traces import CLOCKS_DIFFER

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from uuid import UUID

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
SIDE_BY_SIDE = 10
ANSWER_LASTS_S = 20.0
LIST_LASTS_S = 30.0
MOST_REMEMBERED = 10_000
VANISHED = (
    "The portrait engine has lost track of this. What you have is safe, and should it turn up after all, you get it. "
    "If you would rather not wait, try again: that is a new order."
)
STUCK = "The portrait engine never finished this, so it was called off. What you have is safe; please try again."


class Round:
    """What came of one round's questions.

    Once as many as are put side by side went unanswered and none was answered, or the engine said that they are too
    many, it is the same for all: the others are not put as well. Else some hundred jobs would be asked about by a few,
    and never all of them within `WE_WERE_OFF`.
    """

    def __init__(self) -> None:
        self.is_answered = False
        self._in_vain = 0
        self._last: EngineError | None = None

    @property
    def silence(self) -> EngineError | None:
        """Why the others aren't asked about."""
        is_one_for_all = self._in_vain >= SIDE_BY_SIDE or isinstance(self._last, Throttled)
        return self._last if is_one_for_all and not self.is_answered else None

    def note(self, error: EngineError) -> None:
        """Note a question that came to nothing."""
        self._in_vain += 1
        self._last = error


async def look_at_orders(desk: Desk, gateway: Gateway, asked: dict[UUID, int] | None = None) -> int:
    """Ask the engine about the orders that are due; one question a job, however many workers ask. Return how many.

    Args: asked: which of them were asked about one by one, and in which order, kept by the caller from round to round:
        those that a round which was broken off had left come first in the next.
    """
    async with desk.for_nobody(Role.SERVICE) as session:
        due = await take_to_look_at(session, MOST, LOOK_AGAIN)
    alone = due
    if len(due) > MANY:
        lists = await asyncio.gather(*(_by_list(desk, gateway, kind, due) for kind in OrderKind))
        alone = [one for left in lists for one in left]
    asked = {} if asked is None else asked
    alone.sort(key=lambda one: asked.get(one.order_id, 0))
    hands, this = asyncio.Semaphore(SIDE_BY_SIDE), Round()

    async def ask(one: Due) -> None:
        async with hands:
            if this.silence is not None:
                await silence.note_unanswered(desk, one, this.silence)
                return
            _note_asked(asked, one.order_id)
            await _attend(desk, one, _look_at(desk, gateway, one, this))

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
        listing = gateway.jobs.pages(kind, since, turn=turns(desk, Call.ASK))
        async with asyncio.timeout(LIST_LASTS_S), aclosing(listing) as pages:
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
    except (EngineError, TimeoutError) as error:
        log.info("jobs.not_listed", kind=kind, why=type(error).__name__)
    return [*alone, *waiting.values()]


def _says_enough(kind: OrderKind, listed: Listed) -> bool:
    """Whether the list says all that a question would: what an ended job made, or how far a training has come."""
    if listed.report.status.is_final:
        return "output" in listed.body
    return kind is OrderKind.PREDICTION or "logs" in listed.body


def _note_asked(asked: dict[UUID, int], order_id: UUID) -> None:
    """Note that it is asked about now, after all others; only the latest are remembered."""
    last = asked[next(reversed(asked))] if asked else 0
    asked.pop(order_id, None)
    asked[order_id] = last + 1
    while len(asked) > MOST_REMEMBERED:
        del asked[next(iter(asked))]


async def _attend(desk: Desk, one: Due, news: Awaitable[None]) -> None:
    """See to one order: whatever is wrong with it, the others have their turn, and it has its own when it is due."""
    try:
        await news
    except EngineError as error:
        log.info("job.not_asked", order=str(one.order_id), why=type(error).__name__)
    except Exception as error:
        log.exception("job.not_heard", order=str(one.order_id), job=one.job_id)
        await silence.note_unheard(desk, one, error)


async def _look_at(desk: Desk, gateway: Gateway, one: Due, this: Round) -> None:
    try:
        async with turn(desk, Call.ASK), asyncio.timeout(ANSWER_LASTS_S):
            report = await gateway.look_at(one.kind, one.job_id)
    except NotOurTurn as error:
        await silence.note_not_put(desk, one, error)
        raise
    except JobVanished as error:
        this.is_answered = True
        await _see_whether_it_is_gone(desk, gateway, one, error)
    except (EngineError, TimeoutError) as error:
        why = error if isinstance(error, EngineError) else EngineDown(f"no word in {ANSWER_LASTS_S} s")
        this.note(why)
        await silence.note_unanswered(desk, one, why)
        raise why from error
    else:
        this.is_answered = True
        await _hear(desk, gateway, one, report)


async def _see_whether_it_is_gone(desk: Desk, gateway: Gateway, one: Due, error: JobVanished) -> None:
    """End an order whose job is unknown to the engine for a while; it may be back, so it is looked for all the same."""
    async with desk.for_service(one.owner_id) as work:
        order = await work.orders.get(one.order_id)
    why: EngineError = error
    try:
        if await vanished.is_gone(desk, gateway, order):
            await silence.end(desk, one, VANISHED, str(error), called_off=progress.CALLED_OFF)
            return
    except NotOurTurn:
        raise
    except EngineError as unsaid:  # whose account this is: where that is never said, it ends all the same
        why = unsaid
    await silence.note_unanswered(desk, one, why)


async def _hear(desk: Desk, gateway: Gateway, one: Due, report: JobReport) -> None:
    overdue = now() - one.sent_at - DEADLINE[one.kind]
    if overdue > timedelta() and not report.status.is_final:
        log.warning("job.overdue", order=str(one.order_id), job=one.job_id, overdue_s=overdue.total_seconds())
        report = await _stop(desk, gateway, one, report, is_last_word=overdue > LAST_WORD)
    report = await _named(desk, gateway, one, report)
    async with desk.for_service(one.owner_id) as work:
        await progress.hear(work, one.order_id, report)
        order = await work.orders.get(one.order_id)
    if report.cause is Cause.UNNAMED and naming.is_late(gateway, report):
        await naming.give_up(desk, order, report)
    elif overdue > LAST_WORD:
        detail = f"{report.status} {overdue} after its deadline"
        await silence.end(desk, one, STUCK, detail, called_off=silence.UNCONFIRMED)


async def _named(desk: Desk, gateway: Gateway, one: Due, report: JobReport) -> JobReport:
    try:
        return await naming.named(desk, gateway, report)
    except NotOurTurn:
        raise
    except EngineError as error:
        await silence.note_unanswered(desk, one, error)
        raise


async def _stop(desk: Desk, gateway: Gateway, one: Due, report: JobReport, *, is_last_word: bool) -> JobReport:
    try:
        async with turn(desk, Call.ASK):
            return await gateway.cancel(one.kind, one.job_id)
    except EngineError:
        if not is_last_word:
            raise
        return report
