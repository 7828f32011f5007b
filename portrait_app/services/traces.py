"""Looking for the job of a call whose reply was lost, and what it means that the engine's list doesn't show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from portrait_app.database.address import Role
from portrait_app.database.orders import owner_of
from portrait_app.domain.clock import as_of_now, now
from portrait_app.services.pace import Call, turns

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.order import Order
    from portrait_app.services.work import Desk

CLOCKS_DIFFER = timedelta(minutes=5)  # at most, ours and the engine's
# After we hung up, at most: our own system goes on sending what was in its hands for some two minutes, and whatever
# stands between us and the engine's rows gives a request up after one or two.
ACCEPTED_WITHIN = timedelta(minutes=3)
LIST_LAGS = timedelta(minutes=1)  # one job behind a younger one, at most; the list as a whole may lag for longer


@dataclass(frozen=True)
class Found:
    """What a look for a lost job came to.

    Attributes:
        job_id: the job that bears the order's fingerprint.
        is_nothing: the engine certainly never took the order.
        others: more jobs that bear it: the engine made several of one call.
    """

    job_id: str | None
    is_nothing: bool = False
    others: tuple[str, ...] = ()


async def look_for(desk: Desk, gateway: Gateway, order: Order) -> Found:
    """Look for the job of an order whose reply was lost.

    That a list doesn't show it proves nothing by itself: a list may lag. It was certainly never taken when the list was
    read whole back to before the call, every job of that time is known to be another's, and the list shows one that
    was created clearly later than this one can have been: so it has come past that time. Our own darkroom's list
    needn't show that: it is one process with one file, and has each job from the moment at which it was taken.

    The list of another account than the order went to, since the token was exchanged, shows nothing of it.

    Raises: EngineDown, Throttled, Refused.
    """
    assert order.sent_at is not None
    assert order.fingerprint is not None
    if order.account is not None and order.account.casefold() != (await gateway.places.whose()).casefold():
        return Found(None)
    asked_at = now()
    # Whether a clock that was set went wrong before that or since, nobody can say: it is looked for in both times.
    ended = order.lost_at or order.sent_at
    latest = max(ended, as_of_now(ended)) + ACCEPTED_WITHIN + LIST_LAGS + CLOCKS_DIFFER
    trace = await gateway.jobs.find(
        order.kind,
        fingerprint=order.fingerprint,
        since=min(order.sent_at, as_of_now(order.sent_at)) - CLOCKS_DIFFER,
        until=latest,
        turn=turns(desk, Call.ASK),
    )
    if trace.job_id is not None:
        return Found(trace.job_id, others=trace.others)
    has_ended = order.lost_at is not None and asked_at >= order.lost_at + LIST_LAGS
    is_past = trace.is_past or (gateway.jobs.never_lags and has_ended)
    is_sure = order.lost_at is not None and trace.is_whole and is_past
    return Found(None, is_nothing=is_sure and not await _may_be_among(desk, trace.nameless))


async def _may_be_among(desk: Desk, nameless: tuple[str, ...]) -> bool:
    """Whether one of these jobs, whose input the engine has removed, is nobody's that we know of."""
    async with desk.for_nobody(Role.SERVICE) as session:
        return any([await owner_of(session, job_id=job_id) is None for job_id in nameless])
