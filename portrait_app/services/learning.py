"""What becomes of a face model that is being learned, as news of its job come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.domain.cause import Cause
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus, TrainingStatus, advance
from portrait_app.services import generations, telling, timing

if TYPE_CHECKING:
    from portrait_app.domain.order import Order
    from portrait_app.domain.report import JobReport
    from portrait_app.services.work import Work

TRAINING_OF = {
    OrderStatus.STARTING: TrainingStatus.LEARNING,
    OrderStatus.RUNNING: TrainingStatus.LEARNING,
    OrderStatus.DONE: TrainingStatus.READY,
    OrderStatus.FAILED: TrainingStatus.FAILED,
    OrderStatus.IN_DOUBT: TrainingStatus.IN_DOUBT,
    OrderStatus.CANCELED: TrainingStatus.CANCELED,
}


async def hear(work: Work, order: Order, report: JobReport, trouble: str | None) -> None:
    """Take in news of a job that learns a face. `trouble` is why it came to nothing, in words for the person."""
    training = await work.trainings.get(order.training_id, lock=True)
    is_unnamed = report.cause is Cause.UNNAMED
    seen = TrainingStatus.IN_DOUBT if is_unnamed else TRAINING_OF[order.status]
    was, training.status = training.status, advance(training.status, seen)
    if not order.status.is_final and order.cancel_asked_at is None:  # from then on it says that it is stopping
        await timing.note(work, training, report.progress)
    if order.status is OrderStatus.DONE:
        training.version = report.version
        training.percent, training.phase = 100.0, "Ready"
    if order.status.is_final:
        training.ended_at = now()
        training.trouble = trouble
    if training.status in (TrainingStatus.FAILED, TrainingStatus.CANCELED):
        training.identity = None  # kept while it was in doubt: no portrait will ever be compared with it
    if training.status is TrainingStatus.READY and order.cancel_asked_at is None:
        await generations.order_first_set(work, training)
    if training.status is not was:
        is_own_wish = order.cancel_asked_at is not None
        await telling.tell_of_training(work, training, is_own_wish=is_own_wish, is_learned=is_unnamed)
    await work.tell("training", training.id)
