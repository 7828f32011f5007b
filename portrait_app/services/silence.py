"""What becomes of an order when nothing is learnt of its job: how long that may last, and in which words it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.replicate.errors import EngineDown, NotOurTurn, Throttled
from portrait_app.database.orders import count_up
from portrait_app.domain.clock import as_of_now, now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.services import progress
from portrait_app.services.strays import DEADLINE

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.errors import EngineError
    from portrait_app.database.orders import Due
    from portrait_app.services.work import Desk

log = structlog.get_logger()

SILENCE = timedelta(hours=1)  # after the deadline: by now the engine has forgotten whatever it made
LAST_WORD = timedelta(minutes=5)  # for an engine that was told to stop
SILENT = (
    "The portrait engine didn't answer for so long that whatever it made is gone. "
    "What you have is safe; please try again."
)
REFUSED = (
    "The portrait engine no longer tells the studio what became of this, so it can't be waited for any longer. "
    "What you have is safe, and whoever runs this studio is told. Please try again later."
)
UNHEARD = (
    "The studio itself could not work with what came of this, so it was given up. "
    "What you have is safe; please try again, and tell whoever runs this studio if it stays so."
)
UNCONFIRMED = (
    "You called this off. The portrait engine hasn't said that it stopped; it is still told to. What you have is safe."
)
NOT_TOLD = "jobs that the engine would not tell of"


async def note_unanswered(desk: Desk, one: Due, error: EngineError) -> None:
    """Note a question about a job that went unanswered, or was answered with a no."""
    trouble = SILENT if isinstance(error, EngineDown) else REFUSED
    await _note(desk, one, error, most=SILENCE, trouble=trouble)


async def note_not_put(desk: Desk, one: Due, error: NotOurTurn) -> None:
    """Note that a question was not put since it was nobody's turn: that begins no silence, and ends none."""
    async with desk.for_service(one.owner_id) as work:
        order = await work.orders.get(one.order_id, lock=True)
        if order.silent_since is not None:
            order.note_silence(now(), timedelta(seconds=error.retry_after_s))


async def note_unheard(desk: Desk, one: Due, error: Exception) -> None:
    """Note that the engine answered, and that we could not work with it."""
    await _note(desk, one, error, most=LAST_WORD, trouble=UNHEARD)


async def end(desk: Desk, one: Due, trouble: str, detail: str, *, called_off: str) -> None:
    """End it by our own word; `called_off` says it of one whose person wished no more than that."""
    async with desk.for_service(one.owner_id) as work:
        order = await work.orders.get(one.order_id, lock=True)
        status, words = OrderStatus.FAILED, trouble
        if order.cancel_asked_at is not None:
            status, words = OrderStatus.CANCELED, called_off
        await progress.end(work, order.id, status, trouble=words, detail=detail, may_go_on=True)


async def _note(desk: Desk, one: Due, error: Exception, *, most: timedelta, trouble: str) -> None:
    """Note that nothing was learnt of a job, and end its order once that is so for `most` after its deadline."""
    wait_s = error.retry_after_s if isinstance(error, Throttled) else 0
    async with desk.for_service(one.owner_id) as work:
        order = await work.orders.get(one.order_id, lock=True)
        silent_since = as_of_now(order.note_silence(now(), timedelta(seconds=wait_s)))
        since = max(silent_since, one.sent_at + DEADLINE[one.kind])
        if order.status.is_final or now() - since < most:
            return
        status, words = OrderStatus.FAILED, trouble
        if order.cancel_asked_at is not None:
            status, words = OrderStatus.CANCELED, UNCONFIRMED
        detail = f"{type(error).__name__} since {order.silent_since}: {error}"
        log.warning("job.not_told", order=str(order.id), job=order.job_id, detail=detail)
        if trouble == REFUSED:
            await count_up(work.session, NOT_TOLD)
        await progress.end(work, order.id, status, trouble=words, detail=detail, may_go_on=True)
