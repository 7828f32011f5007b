"""How long what belongs to a person is kept: in the Trash, and their photos once a face is learned."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, get_args

from portrait_app.domain.lifecycle import TrainingStatus

if TYPE_CHECKING:
    from portrait_app.domain.training import Training

TRASH_STAYS = timedelta(days=30)
TRY_AGAIN_FOR = timedelta(days=30)
"""For so long at least the photos of a training that came to nothing wait to be tried again."""

StayDays = Literal[0, 7, 30, 90]
"""Days that photos stay once their face is learned; None in its place: until they are deleted by hand."""
STAY_DAYS: tuple[StayDays | None, ...] = (*get_args(StayDays), None)
AT_FIRST: StayDays = 0


def photos_go_at(training: Training, stay_days: int | None) -> datetime | None:
    """When the photos of a face model are deleted by themselves; None: not for now, or never.

    `app.due_deletions` asks the same of all rows at once.
    """
    if stay_days is None or training.ended_at is None:
        return None
    stay = timedelta(days=stay_days)
    if training.status is TrainingStatus.READY:
        return training.ended_at + stay
    if training.status in (TrainingStatus.FAILED, TrainingStatus.CANCELED, TrainingStatus.IN_DOUBT):
        return training.ended_at + max(stay, TRY_AGAIN_FOR)
    return None
