"""How far a training has come and how long it still takes, as its row keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portrait_app.domain.report import Progress
    from portrait_app.domain.training import Training


def note_progress(training: Training, progress: Progress) -> None:
    """Percent never goes back; a phase without a bar keeps the percent that was."""
    training.phase = progress.phase or training.phase
    training.percent = max(training.percent, progress.percent or 0.0)
    if progress.seconds_left is not None:
        training.seconds_left = progress.seconds_left
