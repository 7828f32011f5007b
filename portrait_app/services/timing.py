"""How far a training has come and when it will have ended, as its row keeps it (the reckoning: `domain/estimate`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.database.trainings import usual_training
from portrait_app.domain import estimate
from portrait_app.domain.catalogue import TRAINERS
from portrait_app.domain.clock import now
from portrait_app.domain.estimate import Reckoning, Usual

if TYPE_CHECKING:
    from datetime import datetime

    from portrait_app.domain.report import Progress
    from portrait_app.domain.training import Training
    from portrait_app.services.work import Work

MOST_BEFORE_THE_END = 99.0  # percent: after the last step the face model is still to be saved


async def note(work: Work, training: Training, progress: Progress | None) -> None:
    """Take in what is heard of a training on its way; `progress`: what its log tells, None when that is nothing."""
    if training.ends_at is None:
        usual = await usual_of(work, training.trainer)
        if usual is not None:
            _keep(training, estimate.from_past_runs(training.started_at or now(), usual))
            training.usual_most_s, training.tail_s = usual.most_s, usual.tail_s
    if progress is not None:
        note_progress(training, progress, now())


def note_progress(training: Training, progress: Progress, moment: datetime) -> None:
    """Percent never goes back; a phase without a bar keeps the percent that was, and news from before its bar is old.

    Args: moment: when the log was seen.
    """
    if progress.percent is None and training.percent > 0:
        return
    training.phase = progress.phase or training.phase
    if progress.percent is None or training.stepped_at is not None:
        return
    before = Reckoning(training.ends_at, training.is_estimate) if training.ends_at else None
    advance = progress.percent - training.percent
    _keep(training, estimate.from_bar(before, moment, progress, advance=advance, tail_s=training.tail_s))
    training.percent = max(training.percent, min(progress.percent, MOST_BEFORE_THE_END))
    if progress.percent >= 100:  # noqa: PLR2004 -- all of it
        training.stepped_at = moment


async def run_down(work: Work) -> None:
    """Have the person's open tabs look again at what is being learned, or waits for the engine.

    Its time runs down though nothing is heard.
    """
    for training in await work.trainings.started():
        if not training.status.is_final:
            await work.tell("training", training.id)
    for order in await work.orders.waiting():
        if order.generation_id is not None:
            await work.tell("generation", order.generation_id)


def forget(training: Training) -> None:
    """Wipe what was reckoned, for a training that is begun anew."""
    training.phase, training.percent, training.tail_s = "", 0.0, 0.0
    training.ends_at = training.stepped_at = training.usual_most_s = None
    training.is_estimate = True


async def usual_of(work: Work, trainer: str) -> Usual | None:
    """Return how long this trainer takes: as this installation's runs did, or as the catalogue says while they are few.

    None: the trainer is no longer in the catalogue.
    """
    known = TRAINERS.get(trainer)
    return await usual_training(work.session, trainer) or (Usual(known.typical_s) if known else None)


def _keep(training: Training, reckoning: Reckoning | None) -> None:
    if reckoning is not None:
        training.ends_at, training.is_estimate = reckoning.ends_at, reckoning.is_estimate
