"""Another order in the place of one that came to nothing: a second call is never the first one repeated."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import structlog

from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.generation import MOST_AT_ONCE, Loss
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus, OrderStatus, TrainingStatus
from portrait_app.domain.order import Order, OrderKind
from portrait_app.services import timing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from portrait_app.domain.generation import Asset, Generation
    from portrait_app.domain.report import JobReport
    from portrait_app.services.work import Work

log = structlog.get_logger()

MOST_CALLS = 6  # that may have been taken, for one wish: an engine that keeps none of its promises is paid no further
_LOST = (OrderStatus.LOST, OrderStatus.IN_DOUBT)


async def order_again(work: Work, order: Order, *, tries: int, is_own_wish: bool = False) -> Order:
    """Record an order for the same thing as one that has ended, and hand it to the jobs.

    Its fingerprint is its own (another seed; the photos are uploaded anew), so that a job of the first one that turns
    up late is never taken for its. `tries` counts the jobs that were made for nothing before it; `is_own_wish` when the
    person asked for it, and so for as many calls as for any other wish.
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
            attempts=0 if is_own_wish else order.attempts,
        )
    )
    if order.kind is OrderKind.TRAINING:
        timing.forget(await work.trainings.get(order.training_id, lock=True))
    work.later(Chore.SEND_ORDER, successor.id)
    log.info("order.again", order=str(order.id), successor=str(successor.id), tries=tries)
    return successor


async def take_back(work: Work, order: Order, report: JobReport) -> bool:
    """Open an order again that ended by our own word, when its job turns up after all and is still of use.

    That is so as long as nothing was paid for in its place: the order that took its place was not sent yet, or there is
    none, it has made what was asked for, and the person has neither started again nor deleted the face model. The
    engine itself never says of a job that failed that it ended well. One in doubt is taken back however its job is
    doing: that it was taken is all that wasn't known.
    """
    if not _is_given_up(order):
        return False
    successor = await work.orders.next_after(order)
    if successor is None:
        is_of_use = await _is_wanted_after_all(work, order, report)
    else:
        is_of_use = order.status in _LOST and _is_unsent(successor, order) and _may_end_well(order, report)
    if not is_of_use:
        return False
    if successor is not None:
        successor.status, successor.ended_at = OrderStatus.CANCELED, now()
        if successor.may_have_upload:
            work.later(Chore.TIDY_ORDER, successor.id)
    log.info("order.taken_back", order=str(order.id), said=report.status)
    order.status, order.ended_at = OrderStatus.SENDING, None
    order.doubt = order.stray_since = None
    return True


async def may_be_taken_back(work: Work, order: Order) -> bool:
    """Whether what the job of an order that was given up makes is still wanted, if it ends well."""
    if not _is_given_up(order) or await work.orders.next_after(order) is not None:
        return False
    training = await work.trainings.get(order.training_id)
    if training.removal_asked_at is not None:
        return False
    if order.generation_id is None:
        return training.status in (TrainingStatus.FAILED, TrainingStatus.IN_DOUBT)
    generation = await work.generations.get(order.generation_id)
    return generation.status in (GenerationStatus.FAILED, GenerationStatus.IN_DOUBT)


async def say_it_is_over(work: Work, order: Order, trouble: str) -> None:
    """Settle an order that ended in doubt: nothing comes of it any more. `trouble` is why, in words for the person."""
    order.status, order.doubt, order.stray_since = OrderStatus.FAILED, None, None
    if order.is_double:
        return
    if order.generation_id is None:
        training = await work.trainings.get(order.training_id, lock=True)
        if training.status is TrainingStatus.IN_DOUBT:
            training.status, training.trouble = TrainingStatus.FAILED, trouble
            training.identity = None  # no portrait will ever be compared with it
            await work.tell("training", training.id)
        return
    generation = await work.generations.get(order.generation_id, lock=True)
    if generation.status is not GenerationStatus.IN_DOUBT:
        return
    generation.status, generation.trouble = GenerationStatus.FAILED, trouble
    for asset in await work.assets.of(generation.id):
        if asset.loss == Loss.IN_DOUBT:
            asset.loss, asset.trouble = Loss.NEVER_TAKEN.value, f"It was {Loss.NEVER_TAKEN.words}."
    await work.tell("generation", generation.id)


def _is_given_up(order: Order) -> bool:
    return order.status in (*_LOST, OrderStatus.FAILED) and order.cancel_asked_at is None


def _is_unsent(successor: Order, order: Order) -> bool:
    is_in_its_place = successor.retry_of == order.id and successor.cancel_asked_at is None
    return is_in_its_place and successor.status is OrderStatus.RECORDED


def _may_end_well(order: Order, report: JobReport) -> bool:
    if order.kind is OrderKind.PREDICTION:
        return report.status in (OrderStatus.STARTING, OrderStatus.RUNNING, OrderStatus.DONE)
    if report.status is OrderStatus.DONE:
        return report.version is not None
    return not report.status.is_final and order.file_id is not None  # else the photos it needs were deleted


async def _is_wanted_after_all(work: Work, order: Order, report: JobReport) -> bool:
    """Whether a job that we had given up has made what is still wanted; then the rows are open to it again."""
    training = await work.trainings.get(order.training_id, lock=True)
    if not training.is_wanted or not (order.status is OrderStatus.IN_DOUBT or _has_made_it(order, report)):
        return False
    if order.generation_id is not None:
        return await _open_portraits(work, order.generation_id)
    if training.status not in (TrainingStatus.FAILED, TrainingStatus.IN_DOUBT):
        return False
    training.status, training.trouble, training.ended_at = TrainingStatus.LEARNING, None, None
    return True


def _has_made_it(order: Order, report: JobReport) -> bool:
    made = report.version if order.kind is OrderKind.TRAINING else report.outputs
    return report.status is OrderStatus.DONE and bool(made)


async def _open_portraits(work: Work, generation_id: UUID) -> bool:
    """Have an order of portraits that came to nothing wait for them again; False when it did not, or they are gone."""
    generation = await work.generations.get(generation_id, lock=True)
    lost = [asset for asset in await work.assets.of(generation_id) if asset.loss and Loss(asset.loss).is_unmade]
    is_in_doubt = any(asset.loss == Loss.IN_DOUBT for asset in lost)
    if not lost or not (is_in_doubt or generation.status is GenerationStatus.FAILED):
        return False
    wait_for(lost, generation)
    return True


def wait_for(lost: Iterable[Asset], generation: Generation) -> None:
    """Give the places of portraits that were not made back to what is to come."""
    for asset in lost:
        asset.status, asset.loss, asset.trouble = AssetStatus.PENDING, None, None
    generation.status, generation.trouble, generation.ended_at = GenerationStatus.PAINTING, None, None


def new_seed() -> int:
    """Return a seed: portrait n of an order uses seed + n, and engines take 31 bits."""
    return secrets.randbelow(2**31 - MOST_AT_ONCE)
