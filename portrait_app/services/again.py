"""Another order in the place of one that came to nothing: a second call is never the first one repeated."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import structlog

from portrait_app.domain.chores import Chore
from portrait_app.domain.generation import MOST_AT_ONCE
from portrait_app.domain.order import Order, OrderKind
from portrait_app.services import timing

if TYPE_CHECKING:
    from portrait_app.services.work import Work

log = structlog.get_logger()


async def order_again(work: Work, order: Order, *, tries: int) -> Order:
    """Record an order for the same thing as one that has ended, and hand it to the jobs.

    Its fingerprint is its own (another seed; the photos are uploaded anew), so that a job of the first one that turns
    up late is never taken for its. `tries` counts the jobs that were made for nothing before it.
    """
    await work.session.flush()  # the first one has ended before another takes its place
    successor = work.orders.add(
        Order(
            owner_id=order.owner_id,
            kind=order.kind,
            training_id=order.training_id,
            generation_id=order.generation_id,
            fingerprint=str(new_seed()) if order.kind is OrderKind.PREDICTION else None,
            retry_of=order.id,
            tries=tries,
            attempts=order.attempts,
        )
    )
    if order.kind is OrderKind.TRAINING:
        timing.forget(await work.trainings.get(order.training_id, lock=True))
    work.later(Chore.SEND_ORDER, successor.id)
    log.info("order.again", order=str(order.id), successor=str(successor.id), tries=tries)
    return successor


def new_seed() -> int:
    """Return a seed: portrait n of an order uses seed + n, and engines take 31 bits."""
    return secrets.randbelow(2**31 - MOST_AT_ONCE)
