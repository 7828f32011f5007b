"""A Replicate in memory: the truth that our rows are compared with when everything has ended."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from portrait_app.domain.order import OrderKind
from tests.chaos.fate import Course, JobPlan, Picture
from tests.chaos.job import LONGEST_S

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from tests.chaos.job import Job
    from tests.chaos.plan import Plan

STANDS_STILL_S = 30.0
"""How long a list stands still from a late job on: twice as long as we wait for a lost one."""
MOST_LAG_S = 1.5
"""One job turns up in the list at most so much later than a younger one."""
DELETING_LASTS_S = 0.5
OWNER = "chaos"
DELIVERY = "https://replicate.delivery"
_ID = "abcdefghjkmnpqrstvwxyz0123456789"


class Provider:
    """Everything the provider knows, and what it saw.

    Args: plan: decides what goes wrong. tell: brings a webhook's event to whoever ordered it.
    """

    def __init__(self, plan: Plan, base: str, tell: Callable[[Job, str], Awaitable[None]]) -> None:
        self.plan, self.base, self._tell = plan, base, tell
        self.inward = ""  # an address in our own network
        self.token = f"r8_{secrets.token_hex(16)}"
        self.jobs: dict[str, Job] = {}
        self.files: dict[str, str] = {}  # id: the uploaded name
        self.deleted_files: set[str] = set()
        self.models: set[str] = set()
        self.versions: dict[str, str] = {}  # hash: name of the training's plan
        self.made: dict[str, str] = {}  # the same, also of those that were deleted
        self.pushed: dict[str, float] = {}  # hash: when
        self.plans: dict[str, JobPlan] = {}  # our order's id: its fate
        self.accepted: Counter[str] = Counter()  # by our order's id
        self.paid: Counter[str] = Counter()  # by the plan's name: a second job in the first one's place counts too
        self.first_of: Callable[[str], str] = str  # the order whose place, or whose place's place, another one took
        self.order_of: Callable[[dict[str, Any]], str] = str  # whose input this is: known by its mark alone
        self.is_ours: Callable[[str], bool] = bool  # whether a row of ours names this job
        self.first_asked: dict[str, float] = {}  # an output's path: when it was first asked for
        self.faults: Counter[str] = Counter()
        self.broken: list[str] = []
        self.shown: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)  # when, and its youngest's birth
        self._youngest: dict[str, float] = {}
        self._running: set[asyncio.Task[None]] = set()

    def expect(self, order: UUID, plan: JobPlan) -> None:
        """Be told which fate an order has, before it is sent."""
        self.plans[str(order)] = plan

    async def delete_version(self, version: str) -> None:
        """Have a face model deleted: accepted at once, and done a little later."""
        await asyncio.sleep(DELETING_LASTS_S)
        self.versions.pop(version, None)

    def add_version(self, name: str) -> str:
        """Push a face model; return `owner/name:hash`."""
        version = secrets.token_hex(32)
        self.versions[version] = self.made[version] = name
        self.pushed[version] = time.time()
        return f"{OWNER}/faces:{version}"

    def fate_of(self, order: str, version: str, given: dict[str, Any]) -> JobPlan:
        """The fate of an order; a portrait of a first set has one by its face model and its style."""
        first = order if order in self.plans else self.first_of(order)
        known = self.plans.get(first)
        if known is None:
            style = str(given.get("style") or given.get("prompt"))
            name = f"{self.versions.get(version.rpartition(':')[2], '?')}/{style}"
            known = self.plans[first] = self.plan.fate(name, OrderKind.PREDICTION)
        return known.second if self.paid[known.name] else known

    def accept(self, job: Job) -> Job:
        """Take an order: from here on it costs money."""
        self.jobs[job.id] = job
        job.lag_s = max(0.0, self.plan.dice("lag", job.order).uniform(-3 * MOST_LAG_S, MOST_LAG_S))  # most have none
        self.accepted[job.order] += 1
        self.paid[job.plan.name] += 1
        task = asyncio.get_running_loop().create_task(self._work(job))
        self._running.add(task)
        task.add_done_callback(self.noted)
        task.add_done_callback(self._running.discard)
        return job

    def listed(self, kind: str) -> list[Job]:
        """The jobs of a kind that a list shows, oldest first.

        Each turns up in its own time, some later than younger ones; and while the list stands still, it shows none of
        those that were taken since.
        """
        moment = time.time()
        jobs = [job for job in self.jobs.values() if f"{job.kind}s" == kind]
        for job in jobs:
            job.is_written = job.is_written or (job.is_removed and self.is_ours(job.id))
        still = [job.created for job in jobs if job.plan.is_late and moment < job.created + STANDS_STILL_S]
        since = min(still, default=moment)
        return [job for job in jobs if not job.is_vanished and job.created < since and job.created + job.lag_s < moment]

    def listed_from(self, job: Job) -> float:
        """From which moment on a list can show a job: in its own time, and once none before it makes it stand still."""
        before = [one.created for one in list(self.jobs.values())
                  if one.plan.is_late and one.kind is job.kind and one.created <= job.created]  # fmt: skip
        return max(job.created + job.lag_s, max(before, default=0.0) + STANDS_STILL_S)

    def note_shown(self, since: str, jobs: list[Job], *, is_first: bool, is_last: bool) -> None:
        """Keep that a list was read to its end, and how far it had come. A lost job's is read from its call on."""
        if is_first:
            self._youngest[since] = max((job.created for job in jobs), default=0.0)
        if is_last:
            self.shown[since].append((time.time(), self._youngest.get(since, 0.0)))

    def noted(self, task: asyncio.Task[None]) -> None:
        """Keep what broke in the provider itself: a run in which it did proves nothing."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self.broken.append(repr(error))

    async def end(self, job: Job, status: str, **news: Any) -> None:
        """End a job, unless it has ended already, and tell it."""
        if job.has_ended:
            return
        job.status, job.ended = status, time.time()
        for name, value in news.items():
            setattr(job, name, value)
        if job.plan.course is Course.REMOVED:
            job.is_removed, job.output, job.logs = True, None, ""
        await self._tell(job, "completed")

    async def _work(self, job: Job) -> None:
        dice = self.plan.dice("pace", job.plan.name)
        if job.plan.course is Course.FOREVER:
            return
        if job.plan.course is Course.STUCK:
            await asyncio.sleep(min(job.cancel_after_s, LONGEST_S))
            await self.end(job, "aborted")
            return
        await asyncio.sleep(dice.uniform(0.1, 0.6))
        if job.has_ended:
            return
        if job.plan.course is Course.INTERRUPTED:
            await self.end(job, "failed", error="Prediction interrupted; please retry (code: PA)")
            return
        job.status, job.started = "processing", time.time()
        await self._tell(job, "start")
        if job.plan.course is Course.VANISHES:
            # Not sooner: one whose reply was lost and that no list shows would be taken for one that never was.
            await job.is_known.wait()
            job.is_vanished, job.status, job.ended = True, "failed", time.time()
            return
        if job.plan.course is Course.CALLED_OFF:
            return
        if job.plan.course is Course.AWAY:
            await self._forget_for_a_while(job, dice.uniform(0.5, 4.0))
        await (self._train if job.kind is OrderKind.TRAINING else self._paint)(job, dice.uniform(0.1, 0.8))

    async def _forget_for_a_while(self, job: Job, while_s: float) -> None:
        """Know nothing of a job that goes on, once it is known whose it is."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(job.is_known.wait(), 4.5)
            job.is_vanished = True
            await asyncio.sleep(while_s)
            job.is_vanished = False

    async def _train(self, job: Job, pace_s: float) -> None:
        bars = {"darkroom/face-trainer": "darkroom_train"}
        for step in range(0, 101, 25):
            bar = f"{bars.get(job.model, 'flux_train_replicate')}: {step:3}%|█| {step}/100 [00:01<00:0{4 - step // 25}]"
            job.logs += f"{bar}\n"
            await self._tell(job, "logs")
            await asyncio.sleep(pace_s / 2)
            if job.has_ended:
                return
        if job.plan.course is Course.FAILS:
            await self.end(job, "failed", error="E1001: out of memory")
            return
        version = self.add_version(job.plan.name)
        weights = f"{DELIVERY}/outputs/{job.id}/trained_model.tar"
        await self.end(job, "succeeded", output={"version": version, "weights": weights})

    async def _paint(self, job: Job, pace_s: float) -> None:
        hosts = [self.inward if picture is Picture.FOREIGN else DELIVERY for picture in job.plan.made]
        links = [f"{host}/outputs/{job.id}/{number}" for number, host in enumerate(hosts)]
        links = links[: int(job.input.get("num_outputs", len(links)))]
        for count in range(1, len(links)):
            await asyncio.sleep(pace_s / 4)
            if job.has_ended:
                return
            if job.plan.course is not Course.REMOVED:
                job.output = links[:count]
                await self._tell(job, "output")
        await asyncio.sleep(pace_s)
        if job.plan.course is Course.FAILS:
            await self.end(job, "failed", error="The model was flagged: E005", output=None)
        else:
            await self.end(job, "succeeded", output=links)


def new_job_id() -> str:
    return "".join(secrets.choice(_ID) for _ in range(26))
