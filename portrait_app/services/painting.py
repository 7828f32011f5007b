"""What becomes of an order of portraits: each stands alone, and together they are done when each is kept or lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.domain.catalogue import GENERATORS, TRAINERS
from portrait_app.domain.cause import Cause
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.generation import Loss, shortfall
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus, OrderStatus, advance
from portrait_app.services import telling
from portrait_app.services.again import MOST_CALLS, order_again

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portrait_app.domain.generation import Asset, Generation
    from portrait_app.domain.order import Order
    from portrait_app.domain.report import JobReport
    from portrait_app.services.work import Work

# The engine made it, and it was lost between there and here.
_ON_ITS_WAY = {Loss.REMOVED, Loss.DAMAGED}
ORDER_AGAIN = "Please order again; try another style if it stays so."


async def hear(work: Work, order: Order, report: JobReport, trouble: str | None) -> None:
    """Take in news of a job that paints: fetch what it made, and say what it will not make any more.

    `trouble` is what became of those that the job has not brought when it ends, in words for the person.
    """
    assert order.generation_id is not None
    generation = await work.generations.get(order.generation_id, lock=True)
    # Whatever became of the job: the order of portraits ends when each portrait is in our own bucket or lost.
    generation.status = advance(generation.status, GenerationStatus.PAINTING)
    for asset in await work.assets.of(generation.id):
        if asset.status is not AssetStatus.PENDING:
            continue
        if asset.position < len(report.outputs):
            asset.source_url = report.outputs[asset.position]
            asset.status = AssetStatus.FETCHING
            work.later(Chore.KEEP_ASSET, asset.id)
        elif order.status.is_final:
            lose(asset, _loss(order, report))
    generation.trouble = trouble or generation.trouble
    await close_if_complete(work, generation)
    await work.tell("generation", generation.id)


def lose(asset: Asset, loss: Loss) -> None:
    """Note that a portrait came to nothing, and why."""
    asset.status, asset.loss = AssetStatus.LOST, loss.value
    asset.trouble = f"It was {loss.words}."


async def close_if_complete(work: Work, generation: Generation) -> None:
    """End an order of portraits once each of them is kept or lost; what got lost on its way is asked for once more."""
    await work.session.flush()
    assets = await work.assets.of(generation.id)
    if generation.status.is_final or not all(asset.status.is_final for asset in assets):
        return
    if await _ask_again(work, generation, assets):
        return
    losses = [Loss(asset.loss or Loss.NOT_MADE) for asset in assets if asset.status is AssetStatus.LOST]
    generation.status = _end(len(assets), losses)
    generation.ended_at = now()
    if losses:
        generation.trouble = _words(len(assets), losses, generation.trouble)
    await telling.tell_of_portraits(work, generation)


async def _ask_again(work: Work, generation: Generation, assets: Sequence[Asset]) -> bool:
    """Ask once more for what got lost on its way, where that is certain to cost nothing."""
    lost = [asset for asset in assets if asset.loss in _ON_ITS_WAY]
    training = await work.trainings.get(generation.training_id)
    order = await work.orders.last_of(generation.id)
    trainer = TRAINERS.get(training.trainer)
    if not lost or trainer is None or GENERATORS[trainer.generator].price_usd > 0:
        return False
    if order is None or not order.status.is_final or order.tries or order.attempts >= MOST_CALLS:
        return False
    if (await work.orders.get(order.id, lock=True)).cancel_asked_at:  # a wish that is being written down counts
        return False
    for asset in lost:
        asset.status, asset.source_url = AssetStatus.PENDING, None
        asset.loss = asset.trouble = None
    generation.trouble = None
    await order_again(work, order, tries=order.tries + 1)
    return True


def _loss(order: Order, report: JobReport) -> Loss:
    """Why a portrait that the job did not bring isn't there."""
    if order.status is OrderStatus.CANCELED:
        return Loss.CALLED_OFF
    if order.status is OrderStatus.IN_DOUBT:
        return Loss.IN_DOUBT
    if order.status is OrderStatus.DONE or report.cause is Cause.SAFETY:
        return Loss.HELD_BACK
    return Loss.REMOVED if report.cause is Cause.GONE else Loss.NOT_MADE


def _end(count: int, losses: Sequence[Loss]) -> GenerationStatus:
    if len(losses) < count:
        return GenerationStatus.READY
    ends = {Loss.CALLED_OFF: GenerationStatus.CANCELED, Loss.IN_DOUBT: GenerationStatus.IN_DOUBT}
    return ends.get(losses[0], GenerationStatus.FAILED) if len(set(losses)) == 1 else GenerationStatus.FAILED


def _words(count: int, losses: Sequence[Loss], trouble: str | None) -> str:
    """Say what came and what didn't, then why, and what to do next."""
    if len(losses) == count and trouble:
        return trouble  # the engine's reason says it all
    said = shortfall(count, losses)
    if trouble:
        return f"{said} {trouble}"
    return said if len(losses) < count else f"{said} {ORDER_AGAIN}"
