"""When a chore that could not be done is tried again."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from procrastinate import BaseRetryStrategy, RetryDecision

from portrait_app.adapters.buckets.errors import BucketDown, BucketFull
from portrait_app.adapters.replicate.errors import EngineError, Throttled
from portrait_app.adapters.replicate.outputs import OutputError
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.pictures.errors import PictureError
from portrait_app.services.settling import Unsettled
from portrait_app.services.versions import NotYetGone
from portrait_app.services.watching import StillThere

if TYPE_CHECKING:
    from procrastinate.jobs import Job

log = structlog.get_logger()

_EXPECTED = (
    *(EngineError, OutputError, PictureError, Unsettled, NotYetGone, StillThere, BucketDown, BucketFull),
    asyncio.CancelledError,
)
LONGEST_S = 60
MOST_ATTEMPTS = 60  # about an hour; after that `reconcile.remember_chores` begins anew while the row still asks for it


class Patience(BaseRetryStrategy):
    """Soon at first and ever more slowly, or exactly when the engine said; never all at the same instant."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Say when to try again, or None to let it be for now."""
        # Not so a parting: in its middle its row goes, and nothing would begin it anew.
        if job.attempts >= MOST_ATTEMPTS and job.task_name != Chore.LEAVE:
            log.error("chore.let_be", chore=job.task_name, row=job.task_kwargs["row_id"], why=type(exception).__name__)
            return None
        if not isinstance(exception, _EXPECTED):
            log.warning("chore.failed", chore=job.task_name, row=job.task_kwargs["row_id"], exc_info=exception)
        wait_s = wait_for(exception, job.attempts)
        # No span: procrastinate would count it from this host's clock, and compares the moment by the database's.
        return RetryDecision(retry_at=now() + timedelta(seconds=wait_s * random.uniform(1, 1.25)))


def wait_for(exception: BaseException, attempts: int) -> float:
    """Return seconds: the least that the next try must wait."""
    if isinstance(exception, Throttled):
        return exception.retry_after_s
    if isinstance(exception, NotYetGone | StillThere | Unsettled):
        return exception.wait_s
    return min(LONGEST_S, 1 + 3 * attempts)
