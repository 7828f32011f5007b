"""News of a job, the same whether a webhook brought it or we asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portrait_app.domain.cause import Cause
    from portrait_app.domain.lifecycle import OrderStatus


@dataclass(frozen=True)
class Progress:
    """How far a training has come, as its log tells.

    Attributes:
        phase: in words for the person.
        percent: 0..100, or None before the first bar.
        seconds_left: the engine's own estimate, or None.
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
        progress: what the log tells, or None when it tells nothing.
        trouble: why it failed, in words for the person; None unless it failed.
        trouble_detail: the engine's own words, for the log.
        cause: why it failed, as a word to act on; None unless it failed.
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
