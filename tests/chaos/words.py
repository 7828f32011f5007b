"""Which words a person must read of what came to nothing: not some, but the ones that say why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portrait_app.adapters.replicate.troubles import in_words
from portrait_app.domain.cause import Cause
from portrait_app.domain.generation import Loss, shortfall
from portrait_app.domain.order import OrderKind
from portrait_app.services import progress, reconcile
from tests.chaos.fate import Course, JobPlan, Picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    Row = dict[str, Any]

CAUSES = {
    Course.STUCK: Cause.NOT_IN_TIME,
    Course.INTERRUPTED: Cause.INTERRUPTED,
    Course.REMOVED: Cause.GONE,
}
FAILURES = {OrderKind.TRAINING: Cause.MEMORY, OrderKind.PREDICTION: Cause.SAFETY}
OTHERS = {
    Course.VANISHES: reconcile.VANISHED,
    Course.FOREVER: progress.STOPPED,
    Course.CALLED_OFF: progress.CALLED_OFF,
}
UNMADE = {
    Course.PARTIAL: Loss.HELD_BACK,
    Course.EMPTY: Loss.HELD_BACK,
    Course.FAILS: Loss.HELD_BACK,  # by the safety check: the provider says E005
    Course.FOREVER: Loss.CALLED_OFF,
    Course.CALLED_OFF: Loss.CALLED_OFF,
    Course.REMOVED: Loss.REMOVED,
}


def of_training(row: Row, plan: JobPlan) -> Iterator[str]:
    """Say what is wrong with the words of a face model that came to nothing."""
    said = "" if plan.last.is_learned else _reason(plan.last)
    if said and row["trouble"] != said:
        yield f"of the training is said {row['trouble']!r}, not {said!r}"


def of_portraits(row: Row, assets: list[Row], plan: JobPlan) -> Iterator[str]:
    """Say what is wrong with the words of portraits that came to nothing, one by one and together."""
    losses = [loss for position, kept in enumerate(plan.kept) if kept is None and (loss := _loss(plan, position))]
    for position, (asset, kept) in enumerate(zip(assets, plan.kept, strict=True)):
        if kept is None and (loss := _loss(plan, position)) != asset["loss"]:
            yield f"of picture {position} is said {asset['trouble']!r}, not {loss.words!r}"
    reason = _reason(plan.last)
    if losses and len(losses) < len(assets) and not (row["trouble"] or "").startswith(shortfall(len(assets), losses)):
        yield f"of the portraits is said {row['trouble']!r}, not {shortfall(len(assets), losses)!r}"
    if len(losses) == len(assets) and reason and row["trouble"] != reason:
        yield f"of the portraits is said {row['trouble']!r}, not {reason!r}"


def _reason(plan: JobPlan) -> str:
    """Why a whole job came to nothing; empty when it didn't."""
    if plan.course in OTHERS:
        return OTHERS[plan.course]
    cause = FAILURES[plan.kind] if plan.course is Course.FAILS else CAUSES.get(plan.course)
    return in_words(cause, "", plan.kind) if cause else ""


def _loss(plan: JobPlan, position: int) -> Loss:
    """Why one picture isn't there in the end."""
    if plan.course is Course.PARTIAL and position == len(plan.pictures) - 1:
        return Loss.HELD_BACK
    if position < len(plan.last.made):
        return Loss.REMOVED if plan.last.made[position] is Picture.GONE else Loss.DAMAGED
    return UNMADE.get(plan.last.course, Loss.NOT_MADE)
