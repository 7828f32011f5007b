"""Writes down how a job goes: its log, its bars and its outputs, and has its client told of each."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from portrait_app.darkroom.compute import TaskCancelled
from portrait_app.darkroom.logs import Bar

if TYPE_CHECKING:
    from portrait_app.darkroom.store import Job
    from portrait_app.darkroom.store.jobs import Jobs
    from portrait_app.darkroom.store.rows import Event
    from portrait_app.darkroom.webhooks import Webhooks


class Diary:
    """The record of one job while it is worked on.

    Args: bar_label: what stands before the bar of a task that tells of its progress.
    """

    def __init__(self, job: Job, jobs: Jobs, webhooks: Webhooks, bar_label: str = "") -> None:
        self._id = job.id
        self._jobs = jobs
        self._webhooks = webhooks
        self._bar_label = bar_label
        self._logs = job.logs
        self._outputs = job.outputs
        self._phase = ""
        self._bar: Bar | None = None

    @property
    def outputs(self) -> tuple[str, ...]:
        """The outputs so far, by name."""
        return self._outputs

    def write(self, line: str) -> None:
        """Add a line to the log.

        Raises: TaskCancelled: the job was ended meanwhile.
        """
        self._logs += f"{line}\n"
        self._tell("logs", logs=self._logs)

    def draw(self, bar: Bar, done: int) -> None:
        """Add a bar to the log, unless one was drawn a moment ago."""
        line = bar.draw(done)
        if line:
            self.write(line)

    def hear(self, news: dict[str, Any]) -> None:
        """Turn the child's news of its progress into lines: the phase when it changes, and the bar."""
        done, total, phase = news["progress"]
        # Whoever ended the job has told the child as well: its last words are merely not written down.
        with contextlib.suppress(TaskCancelled):
            if phase != self._phase:
                self._phase = phase
                self.write(phase)
            self._bar = self._bar or Bar(self._bar_label, total)
            self.draw(self._bar, done)

    def begin_again(self) -> None:
        """What was heard of the present task no longer counts: it begins anew."""
        self._phase, self._bar = "", None

    def add_output(self, name: str) -> None:
        """One more picture is ready.

        Raises: TaskCancelled: the job was ended meanwhile.
        """
        self._outputs = (*self._outputs, name)
        self._tell("output", outputs=self._outputs)

    def _tell(self, event: Event, **fields: Any) -> None:
        job = self._jobs.change(self._id, **fields)
        if job is None:
            raise TaskCancelled
        self._webhooks.tell(job, event)
