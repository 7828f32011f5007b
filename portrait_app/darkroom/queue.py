"""Works through predictions and trainings, one at a time, in the order they came; kept across restarts."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

import structlog

from portrait_app.darkroom.clock import now, read_stamp, stamp
from portrait_app.darkroom.compute import EngineError, TaskCancelled
from portrait_app.darkroom.fetch import Unfetched
from portrait_app.darkroom.recipes import clean_up, do
from portrait_app.darkroom.shelf import DISK_FULL, is_full

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from portrait_app.darkroom.recipes import Tools
    from portrait_app.darkroom.store import Job
    from portrait_app.darkroom.store.rows import Status

log = structlog.get_logger()

_RETRY_S = 1.0


class _Dropped(Exception):
    """The job was ended while something else than the engine was at work on it."""


class Queue:
    """The darkroom's one pair of hands."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._jobs = tools.store.jobs
        self._webhooks = tools.webhooks
        self._news = asyncio.Event()
        self._deadlines = asyncio.Event()
        self._finished: dict[str, asyncio.Event] = {}
        self._current: str | None = None
        self._doing: asyncio.Task[dict[str, Any]] | None = None

    async def run(self) -> None:
        """Work for ever.

        Raises: ExceptionGroup: something broke that no job may break; whoever runs this has to notice.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(_for_ever(self._work))
            group.create_task(_for_ever(self._watch_deadlines))

    def add(self, job: Job) -> Job:
        """Keep a new job and wake the worker."""
        kept = self._jobs.add(job)
        self._news.set()
        self._deadlines.set()
        return kept

    def cancel(self, job: Job, status: Status = "canceled") -> Job:
        """End a job before its time; one that has ended stays as it is."""
        self.finish(job.id, status)
        # An engine at work is asked to stop, and keeps its models. Anything else, as a download, is simply dropped.
        if self._current == job.id and not self._tools.compute.cancel() and self._doing:
            self._doing.cancel()
        return self._jobs.get(job.id) or job

    def finish(self, job_id: str, status: Status, **fields: Any) -> Job | None:
        """Write down a job's end, tell its client, and wake who waits for it."""
        moment = stamp(now())
        job = self._jobs.change(job_id, status=status, completed_at=moment, **fields)
        if job is None:
            return None
        log.info("job.finished", job=job.id, kind=job.kind, status=status)
        self._webhooks.tell(job, "completed")
        if waiting := self._finished.get(job_id):
            waiting.set()
        return job

    async def wait_for(self, job_id: str, seconds: float) -> None:
        """Wait until a job has ended, but no longer than `seconds`."""
        ended = self._finished.setdefault(job_id, asyncio.Event())
        try:
            job = self._jobs.get(job_id)
            if job and not job.is_final:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), seconds)
        finally:
            self._finished.pop(job_id, None)

    async def _work(self) -> None:
        self._news.clear()
        job = self._jobs.next_due()
        if job:
            await self._attend(job)
        else:
            await self._news.wait()

    async def _attend(self, job: Job) -> None:
        self._current = job.id
        try:
            await self._begin(job)
        except (TaskCancelled, _Dropped):
            self.finish(job.id, "canceled")
        except (EngineError, Unfetched) as error:
            self.finish(job.id, "failed", error=str(error))
        except sqlite3.OperationalError:
            raise
        except Exception as error:
            log.warning("job.broke", job=job.id, exc_info=True)
            words = DISK_FULL if is_full(error) else f"The darkroom failed: {type(error).__name__}"
            self.finish(job.id, "failed", error=words)
        finally:
            self._current = None
            self._clean_up(job)

    def _clean_up(self, job: Job) -> None:
        try:
            clean_up(job, self._tools)
        except OSError:
            log.warning("job.left_things_behind", job=job.id, exc_info=True)

    async def _begin(self, job: Job) -> None:
        started_at = job.started_at or stamp(now())
        began = self._jobs.change(job.id, status="processing", started_at=started_at, attempts=job.attempts + 1)
        if began is None:
            return
        log.info("job.started", job=job.id, kind=job.kind, attempt=began.attempts)
        if job.status == "starting":
            self._webhooks.tell(began, "start")
        self.finish(job.id, "succeeded", **await self._do(began))

    async def _do(self, job: Job) -> dict[str, Any]:
        """Do it in a task of its own, which `cancel` can drop.

        Raises: _Dropped: it was; and whatever the work raises.
        """
        self._doing = asyncio.create_task(do(job, self._tools))
        try:
            return await self._doing
        except asyncio.CancelledError as error:
            here = asyncio.current_task()
            if here and here.cancelling():
                raise  # it is the whole darkroom that closes
            raise _Dropped from error
        finally:
            self._doing = None

    async def _watch_deadlines(self) -> None:
        self._deadlines.clear()
        job = self._jobs.next_deadline()
        if job is None or job.deadline is None:
            await self._deadlines.wait()
            return
        left = (read_stamp(job.deadline) - now()).total_seconds()
        if left <= 0:
            self.cancel(job, "aborted" if job.status == "starting" else "canceled")
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._deadlines.wait(), left)


async def _for_ever(step: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await step()
        except sqlite3.OperationalError as error:
            # The disk is full: what happened cannot be written down yet. The step is taken again.
            log.warning("store.unwritable", error=str(error))
            await asyncio.sleep(_RETRY_S)
