"""Chores by real workers on a real Postgres: an engine that hangs holds up nothing but what is asked of it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import pytest

from portrait_app.adapters.buckets.errors import BucketDown
from portrait_app.adapters.mail.outbox import Outbox
from portrait_app.adapters.queue import AT_ENGINE, PHOTOS, QUEUE, JobQueue, jobs_app
from portrait_app.domain.chores import Chore
from portrait_app.house import child
from portrait_app.jobs import patience, tasks, worker
from portrait_app.jobs.deaths import BEGINS_ANEW
from portrait_app.settings import Settings
from tests.deaf import DeafOnce

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from portrait_app.database.address import Address
    from portrait_app.wiring import Workshop

ENOUGH_S = 30.0


class FakeWorkshop:
    """Its sender hangs until `answers` is set, its keeper tells what it has kept."""

    def __init__(self) -> None:
        self.answers, self.kept, self.desk, self.gateway = asyncio.Event(), asyncio.Event(), None, None
        self.begun, self.asked = 0, asyncio.Event()
        self.looks, self.is_seen = 0, asyncio.Event()
        self.is_seen.set()

    @property
    def sender(self) -> FakeWorkshop:
        return self

    @property
    def mailer(self) -> Outbox:
        return Outbox(Path("outbox"))

    keeper = examiner = postman = parting = farewells = sender

    async def send(self, owner_id: UUID, row_id: UUID) -> None:
        self.begun += 1
        self.asked.set()
        await self.answers.wait()

    async def keep(self, owner_id: UUID, row_id: UUID) -> None:
        self.kept.set()

    carry_out = say = keep

    async def examine(self, owner_id: UUID, row_id: UUID) -> None:
        self.looks += 1
        await self.is_seen.wait()
        self.kept.set()


@pytest.fixture
def workshop() -> FakeWorkshop:
    return FakeWorkshop()


@pytest.fixture
async def queue(address: Address, workshop: FakeWorkshop) -> AsyncGenerator[JobQueue]:
    app = jobs_app(address)
    tasks.register(app, cast("Workshop", workshop))
    async with app.open_async():
        working = worker.begin(app)
        yield JobQueue(app)
        workshop.answers.set()
        workshop.is_seen.set()
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)


async def test_where_photos_wait_portraits_and_what_goes_to_the_engine_do_not(
    address: Address, workshop: FakeWorkshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert worker.FINISHED_WITHIN_S < child.STOP_SECONDS
    monkeypatch.setattr(worker, "FINISHED_WITHIN_S", 0.05)
    app = jobs_app(address)
    tasks.register(app, cast("Workshop", workshop))
    async with app.open_async():
        working = worker.begin(app, photos_after_s=3600)
        for chore in (Chore.EXAMINE_SELFIE, Chore.KEEP_ASSET, Chore.SEND_ORDER):
            await JobQueue(app).put_off(chore, uuid4(), uuid4())
        async with asyncio.timeout(ENOUGH_S):
            await workshop.asked.wait()
            await workshop.kept.wait()
        waits = await app.job_manager.list_jobs_async(queue=PHOTOS)
        assert [job.status for job in waits] == ["todo"]
        for task in working:
            task.cancel()
        async with asyncio.timeout(ENOUGH_S):  # nobody else does a chore until it has ended, and one hangs
            await asyncio.gather(*working, return_exceptions=True)
        begun = await app.job_manager.list_jobs_async(queue=AT_ENGINE)
        assert [job.status for job in begun] == ["todo"]


@pytest.mark.parametrize("is_hand", [False, True], ids=["round", "hand"])
async def test_a_worker_that_begins_anew_with_the_database_says_that_it_has_not_died(
    address: Address, monkeypatch: pytest.MonkeyPatch, is_hand: bool
) -> None:
    """Also where one of its own loses the word to end: it went on for ever, and no chore was done until a restart."""
    jobs, deaf = jobs_app(address), DeafOnce()
    deaf_one = worker.Round(0.0, worker.HOUR_S, deaf.wait)

    @asynccontextmanager
    async def open_workshop(_: Settings) -> AsyncGenerator[SimpleNamespace]:
        async with jobs.open_async():
            yield SimpleNamespace(jobs=jobs, desk=None)

    async def watch(_: object, is_another: asyncio.Event) -> None:
        await deaf.waits.wait()
        is_another.set()

    monkeypatch.setattr(worker, "open_workshop", open_workshop)
    monkeypatch.setattr(worker, "_watch_database", watch)
    monkeypatch.setattr(worker, "rounds_of", lambda _: [] if is_hand else [deaf_one])
    if is_hand:
        monkeypatch.setattr(worker, "begin", lambda *_, **__: [asyncio.create_task(worker.every(deaf_one))])
        monkeypatch.setattr(worker, "ENDED_WITHIN_S", 0.0)
    monkeypatch.setattr(tasks, "register", lambda *_: None)
    async with asyncio.timeout(ENOUGH_S):
        assert await worker.run(Settings.read()) == BEGINS_ANEW


@pytest.mark.parametrize("chore", [Chore.KEEP_ASSET, Chore.EXAMINE_SELFIE])
async def test_a_picture_does_not_wait_for_an_engine_that_hangs(
    queue: JobQueue, workshop: FakeWorkshop, chore: Chore
) -> None:
    for _ in range(12):
        await queue.put_off(Chore.SEND_ORDER, uuid4(), uuid4())
    async with asyncio.timeout(ENOUGH_S):
        await workshop.asked.wait()
        await queue.put_off(chore, uuid4(), uuid4())
        await workshop.kept.wait()
    assert not workshop.answers.is_set()
    assert workshop.begun <= worker.AT_ONCE[QUEUE[Chore.SEND_ORDER]]


async def test_however_many_photos_wait_to_be_looked_at_a_portrait_is_fetched(
    queue: JobQueue, workshop: FakeWorkshop
) -> None:
    """The engine forgets it after an hour, and photos may come without end: somebody's are removed and sent anew."""
    workshop.is_seen.clear()
    for _ in range(12):
        await queue.put_off(Chore.EXAMINE_SELFIE, uuid4(), uuid4())
    await queue.put_off(Chore.KEEP_ASSET, uuid4(), uuid4())
    async with asyncio.timeout(ENOUGH_S):
        await workshop.kept.wait()
    assert workshop.looks <= worker.AT_ONCE[QUEUE[Chore.EXAMINE_SELFIE]]


async def test_a_chore_that_hangs_is_broken_off_and_tried_again(
    queue: JobQueue, workshop: FakeWorkshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "MOST_S", 0.05)
    monkeypatch.setattr(patience, "LONGEST_S", 0)
    await queue.put_off(Chore.SEND_ORDER, uuid4(), uuid4())
    async with asyncio.timeout(ENOUGH_S):
        while workshop.begun < 2:
            workshop.asked.clear()
            await workshop.asked.wait()


async def test_a_chore_that_is_let_be_may_be_written_down_anew(
    queue: JobQueue, workshop: FakeWorkshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "MOST_ATTEMPTS", 0)
    monkeypatch.setattr(tasks, "MOST_S", 0.05)
    row: Any = uuid4()
    await queue.put_off(Chore.SEND_ORDER, uuid4(), row)
    async with asyncio.timeout(ENOUGH_S):
        await workshop.asked.wait()
        while not list(await queue.app.job_manager.list_jobs_async(status="failed")):  # noqa: ASYNC110 -- Postgres tells nobody
            await asyncio.sleep(0.02)
        workshop.asked.clear()
        await queue.put_off(Chore.SEND_ORDER, uuid4(), row)  # as `reconcile.remember_chores` does
        await workshop.asked.wait()


def test_a_parting_is_never_let_be_since_nothing_remembers_it_once_the_account_is_gone() -> None:
    job: Any = SimpleNamespace(attempts=9999, task_name=Chore.LEAVE.value, task_kwargs={"row_id": "one"})
    decision = patience.Patience().get_retry_decision(exception=BucketDown("away for days"), job=job)
    assert decision is not None


def test_whatever_calls_the_engine_waits_for_it_and_no_picture_does() -> None:
    assert set(QUEUE) == set(Chore)
    assert {chore for chore in Chore if QUEUE[chore] == QUEUE[Chore.KEEP_ASSET]} == {
        Chore.KEEP_ASSET,
        Chore.PURGE_PORTRAIT,
        Chore.PURGE_MODEL,
        Chore.FORGET_PHOTOS,
        Chore.FORGET_PIXELS,
        Chore.FORGET_EXPORT,
    }


async def test_a_round_that_hangs_or_fails_is_broken_off_and_comes_again() -> None:
    begun, enough = [0], asyncio.Event()

    async def hang() -> None:
        begun[0] += 1
        if begun[0] == 4:
            enough.set()
        if begun[0] % 2:
            raise OSError(begun)
        await asyncio.Event().wait()

    going_round = asyncio.create_task(worker.every(worker.Round(0.0, 0.02, hang)))
    async with asyncio.timeout(ENOUGH_S):
        await enough.wait()
    going_round.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going_round


def test_every_round_has_an_end() -> None:
    rounds = worker.rounds_of(cast("Workshop", FakeWorkshop()))
    assert len(rounds) == 8
    assert all(0 < one.lasts_s <= worker.HOUR_S for one in rounds)
