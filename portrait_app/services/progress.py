"""The one door for news of a job, whoever brings it: a webhook, the reconciliation, or the reply to our own call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus, OrderStatus, TrainingStatus, advance
from portrait_app.domain.order import OrderKind
from portrait_app.services import generations, timing

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.generation import Generation
    from portrait_app.domain.order import Order
    from portrait_app.domain.report import JobReport
    from portrait_app.services.work import Work

log = structlog.get_logger()

TRAINING_OF = {
    OrderStatus.STARTING: TrainingStatus.LEARNING,
    OrderStatus.RUNNING: TrainingStatus.LEARNING,
    OrderStatus.DONE: TrainingStatus.READY,
    OrderStatus.FAILED: TrainingStatus.FAILED,
    OrderStatus.CANCELED: TrainingStatus.CANCELED,
}
HELD_BACK = "This one was held back by the safety check."


async def hear(work: Work, order_id: UUID, report: JobReport) -> None:
    """Take in what was said of a job. Late, double and disordered news changes nothing and is no error."""
    order = await work.orders.get(order_id, lock=True)
    if order.job_id is None:
        order.job_id = report.job_id
    elif order.job_id != report.job_id:
        log.warning("job.stranger", order=str(order_id), known=order.job_id, said=report.job_id)
        return
    if order.status.is_final:
        return
    order.status = advance(order.status, report.status)
    if order.kind is OrderKind.TRAINING:
        await _hear_of_training(work, order, report)
    else:
        await _hear_of_portraits(work, order, report)
    if order.status.is_final:
        order.ended_at, order.look_at = now(), None
        log.info("job.ended", order=str(order_id), status=order.status, detail=report.trouble_detail)


async def _hear_of_training(work: Work, order: Order, report: JobReport) -> None:
    training = await work.trainings.get(order.training_id, lock=True)
    training.status = advance(training.status, TRAINING_OF[order.status])
    training.heard_at = now()
    if not order.status.is_final:
        await timing.note(work, training, report.progress)
    if order.status is OrderStatus.DONE:
        training.version = report.version
        training.percent, training.phase = 100.0, "Ready"
    if order.status.is_final:
        training.ended_at = now()
        training.trouble = report.trouble
        work.later(Chore.TIDY_ORDER, order.id)
    if training.status is TrainingStatus.READY:
        await generations.order_first_set(work, training)
    await work.tell("training", training.id)


async def _hear_of_portraits(work: Work, order: Order, report: JobReport) -> None:
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
            asset.status = AssetStatus.LOST
            asset.trouble = HELD_BACK if order.status is OrderStatus.DONE else report.trouble
    generation.trouble = report.trouble or generation.trouble
    await close_if_complete(work, generation)
    await work.tell("generation", generation.id)


async def close_if_complete(work: Work, generation: Generation) -> None:
    """End an order of portraits once each of them is kept or lost."""
    assets = await work.assets.of(generation.id)
    if generation.status.is_final or not all(asset.status.is_final for asset in assets):
        return
    is_any_kept = any(asset.status is AssetStatus.KEPT for asset in assets)
    generation.status = GenerationStatus.READY if is_any_kept else GenerationStatus.FAILED
    generation.ended_at = now()
