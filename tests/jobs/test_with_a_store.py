"""A real worker between a real store and the darkroom: nothing is lost while the store is away; who leaves is gone."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import httpx
import psycopg
import pytest

from portrait_app.adapters.buckets.s3 import S3Buckets
from portrait_app.adapters.queue import JobQueue, jobs_app
from portrait_app.database.session import Database
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus, TrainingStatus
from portrait_app.jobs import tasks, worker
from portrait_app.services import generations, reconcile, thumbnails, trainings
from portrait_app.services.work import Desk
from portrait_app.settings import Settings
from portrait_app.web.coming import Coming
from portrait_app.wiring import Workshop, gateway_of
from tests.builders import House
from tests.darkroom.running import TOKEN, RunningDarkroom
from tests.fakes import FakeEngine, FakeQueue
from tests.services.fullness import files_about, rows_about
from tests.stores import Passage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from pathlib import Path
    from uuid import UUID

    from portrait_app.database.address import Address
    from portrait_app.domain.generation import Asset
    from tests.s3 import StoreServer

PATIENCE_S = 60
STYLES = 2  # of the first set, those that the fake engine knows
NAME = "Unmistakable"
FRAME_S = 0.05


class SeesNobody:
    """Reads faces, and finds none."""

    def faces(self, _: object) -> list[Any]:
        return []


@dataclass
class Studio:
    """A workshop with its worker; `passage` is its only way to the store, and `store` what lies there."""

    workshop: Workshop
    darkroom: RunningDarkroom
    passage: Passage
    store: StoreServer

    @property
    def house(self) -> House:
        return House(self.workshop.desk, FakeQueue(), FakeEngine())

    async def learns(self, owner_id: UUID) -> UUID:
        """Have a face learned from four photos."""
        draft = await self.house.draft_with_selfies(owner_id)
        async with self.workshop.desk.for_person(owner_id) as work:
            await trainings.start(work, draft.id, name="Face", trainer="darkroom")
        return draft.id

    async def portraits(self, owner_id: UUID) -> list[Asset]:
        async with self.workshop.desk.for_person(owner_id) as work:
            return list(await work.assets.page())

    async def held(self, owner_id: UUID) -> set[UUID]:
        async with self.workshop.desk.for_person(owner_id) as work:
            return await work.held_pictures.ids()

    def objects(self) -> set[str]:
        return set(self.store.keys())


async def until(look: Callable[[], Awaitable[Any]], is_right: Callable[[Any], bool]) -> Any:
    """Look until it is as it should be: several tell of it, each in its own way."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_right(seen := await look()):  # noqa: ASYNC110 -- other processes and threads tell nobody
            await asyncio.sleep(FRAME_S)
    return seen


@asynccontextmanager
async def _working(workshop: Workshop) -> AsyncGenerator[None]:
    """Have a worker do its chores and rounds."""
    tasks.register(workshop.jobs, workshop)
    doing = [
        *worker.begin(workshop.jobs),
        *(asyncio.create_task(worker.every(one)) for one in worker.rounds_of(workshop)),
    ]
    try:
        yield
    finally:
        for task in doing:
            task.cancel()
        await asyncio.gather(*doing, return_exceptions=True)


@pytest.fixture
async def studio(
    address: Address, s3_server: StoreServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Studio]:
    darkroom = RunningDarkroom(tmp_path)
    await darkroom.start()
    passage = Passage(httpx.URL(s3_server.settings.endpoint).port or 0)
    await passage.open()
    buckets = S3Buckets(replace(s3_server.settings, endpoint=f"http://127.0.0.1:{passage.port}"), {"1": b"k" * 32})
    told = {"PORTRAIT_DATA_DIR": tmp_path, "REPLICATE_BASE_URL": f"{darkroom.base}/v1", "DARKROOM_TOKEN": TOKEN}
    settings = Settings.model_validate(told | {"REPLICATE_API_TOKEN": None})
    monkeypatch.setattr(reconcile, "LOOK_AGAIN", reconcile.LOOK_AGAIN / 8)  # no webhook comes: nobody serves here
    jobs = jobs_app(address)
    async with jobs.open_async():
        desk = Desk(Database(address), buckets, JobQueue(jobs))
        workshop = Workshop(settings, address, desk, gateway_of(settings), jobs)
        vars(workshop)["reader"] = cast("Any", SeesNobody())
        async with _working(workshop):
            yield Studio(workshop, darkroom, passage, s3_server)
        await workshop.gateway.close()
        await desk.database.close()
    await passage.shut()
    await darkroom.end()
    s3_server.empty()


async def test_of_who_leaves_nothing_is_left_in_the_store_the_darkroom_or_the_rows(
    studio: Studio, address: Address, tmp_path: Path
) -> None:
    ada, bob = await studio.house.somebody(NAME), await studio.house.somebody("Bob")
    await studio.house.draft_with_selfies(bob, 2)
    await studio.learns(ada)
    await until(lambda: studio.portraits(ada), lambda seen: _are_kept(seen, STYLES))
    await studio.workshop.desk.buckets.of(ada).put_bytes(f"u/{ada}/elsewhere/x.bin", b"nobody knows of it")
    of_bob = {key for key in studio.objects() if str(bob) in key}
    words = [str(ada), NAME.lower()]
    assert len(studio.objects() - of_bob) > STYLES * len(thumbnails.keys(""))
    assert _versions(tmp_path) != []
    with psycopg.connect(address.conninfo()) as admin:
        admin.execute("UPDATE app.accounts SET leave_at = now() - interval '2 minutes' WHERE id = %s", [ada])
    left = await until(lambda: asyncio.to_thread(rows_about, address, words), lambda tables: not tables)
    assert left == set()
    await until(lambda: asyncio.to_thread(studio.objects), lambda keys: keys == of_bob)
    (receipt,) = await until(
        lambda: asyncio.to_thread(files_about, tmp_path, words),
        lambda files: [path.suffix for path in files] == [".eml"],
    )
    assert "Your account is deleted" in receipt.read_text()
    assert _versions(tmp_path) == []


async def test_portraits_that_no_store_takes_are_held_and_kept_when_it_is_back_though_the_engine_has_forgotten_them(
    studio: Studio,
) -> None:
    ada = await studio.house.somebody(NAME)
    training_id = await studio.learns(ada)
    await until(lambda: studio.portraits(ada), lambda seen: _are_kept(seen, STYLES))
    await studio.passage.shut()
    async with studio.workshop.desk.for_person(ada) as work:
        training = await work.trainings.get(training_id)
        assert training.status is TrainingStatus.READY
        (order,) = await generations.order(work, training, style="noir", count=2, aspect="1:1")
    await until(lambda: studio.held(ada), lambda held: len(held) == 2)
    async with studio.workshop.desk.for_person(ada) as work:
        coming = await Coming.of(work)
    assert coming == Coming("2 portraits are made and come as soon as pictures can be saved again")
    await studio.darkroom.end()  # as an engine that keeps what it made for an hour
    await studio.passage.open()
    seen = await until(lambda: studio.portraits(ada), lambda seen: _are_kept(seen, STYLES + 2))
    assert await studio.held(ada) == set()
    assert {name for row in seen for name in thumbnails.keys(row.key or "")} <= studio.objects()
    async with studio.workshop.desk.for_person(ada) as work:
        assert (await work.generations.get(order.id)).status is GenerationStatus.READY


def _versions(darkroom: Path) -> list[Path]:
    """The face models that it has."""
    return [path for path in (darkroom / "data" / "versions").rglob("*") if path.is_file()]


def _are_kept(portraits: list[Asset], count: int) -> bool:
    return [row.status for row in portraits] == [AssetStatus.KEPT] * count
