"""News of a job, the same whether a webhook brought it or we asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portrait_app.domain.text import storable

if TYPE_CHECKING:
    from datetime import datetime

    from portrait_app.domain.cause import Cause
    from portrait_app.domain.lifecycle import OrderStatus


LONGEST = 2000  # characters of anything that an engine says
MOST_OUTPUTS = 100
_VERSION = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}:[\w.-]{1,128}", re.ASCII)


@dataclass(frozen=True)
class Progress:
    """How far a training has come, as its log tells.

    Attributes:
        phase: in words for the person.
        percent: 0..100, or None before the first bar.
        seconds_left: until the last step, by the bar's own clock (`domain/estimate`); None while that isn't known.
    """

    phase: str
    percent: float | None = None
    seconds_left: float | None = None


@dataclass(frozen=True)
class JobReport:
    """What the engine said of one job at one moment.

    Attributes:
        job_id: the engine's own id.
        status: STARTING, RUNNING, DONE, FAILED or CANCELED.
        outputs: addresses of the pictures made so far, in order (predictions).
        version: `owner/name:hash` of the finished face model (trainings).
        progress: what the log tells, or None when it tells nothing (trainings).
        trouble: why it failed, in words for the person; None unless it failed.
        trouble_detail: the engine's own words, for the log.
        cause: why it failed, as a word to act on; None unless it failed.
        lasted: from its start to its end, of a training that doesn't say what it made.
        is_free: it failed and certainly cost nothing, so that ordering it once more is paid once.
    """

    job_id: str
    status: OrderStatus
    outputs: tuple[str, ...] = ()
    version: str | None = None
    progress: Progress | None = None
    trouble: str | None = None
    trouble_detail: str | None = None
    cause: Cause | None = None
    is_free: bool = False
    lasted: tuple[datetime, datetime] | None = None

    def storable(self) -> JobReport:
        """Return what may be written down of it: an engine's texts can hold anything, and be of any length."""
        is_model = bool(self.version and _VERSION.fullmatch(self.version))
        return replace(
            self,
            outputs=tuple(storable(url)[:LONGEST] for url in self.outputs[:MOST_OUTPUTS]),
            version=self.version if is_model else None,
            progress=self.progress and replace(self.progress, phase=storable(self.progress.phase)[:LONGEST]),
            trouble=self.trouble and storable(self.trouble)[:LONGEST],
            trouble_detail=self.trouble_detail and storable(self.trouble_detail)[:LONGEST],
        )
