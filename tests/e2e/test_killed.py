"""Every process is killed in the middle of its work: all of it goes on, nothing is lost, nothing is made twice."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from typing import TYPE_CHECKING

import httpx
import psycopg

from portrait_app.database.address import Address
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import AssetStatus, OrderStatus, TrainingStatus
from portrait_app.domain.rows import new_id
from portrait_app.domain.selfie import SelfieStatus
from portrait_app.services import thumbnails
from portrait_app.services.generations import FIRST_SET
from portrait_app.services.sweep import OLD_ENOUGH
from tests.e2e.person import Person, until
from tests.e2e.running import Running, studio
from tests.photos import twelve_selfies
from tests.services.fullness import files_about, rows_about

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from portrait_app.domain.generation import Asset
    from portrait_app.domain.selfie import Selfie

PHOTOS = 7


async def test_whatever_is_killed_every_portrait_arrives_and_none_twice(tmp_path: Path) -> None:
    selfies = twelve_selfies(tmp_path / "selfies", megapixels=3)[:PHOTOS]
    async with studio(tmp_path / "var") as running:
        async with Person.at(running, "Ada") as ada:
            await _killed_while_examining(running, ada, selfies)
            await _killed_while_learning(running, ada)
            await _killed_while_painting(running, ada)
            await _killed_while_keeping(running, ada)
            await _everything_is_there(running, ada)
            await _nothing_was_made_twice(running, ada)
            await _leaves_and_nothing_is_left(running, ada)
        everybody = running.everybody()
        await running.stop(signal.SIGINT)
        assert [process for process in everybody if process.is_running()] == []


async def _killed_while_examining(running: Running, ada: Person, selfies: Sequence[Path]) -> None:
    await ada.hand_in(selfies)
    await until(ada.selfies, lambda photos: any(photo.status is not SelfieStatus.EXAMINING for photo in photos))
    running.part("worker").kill()
    photos = await until(ada.selfies, _are_examined)
    assert len(photos) == PHOTOS


async def _killed_while_learning(running: Running, ada: Person) -> None:
    await ada.start()
    await until(ada.training, lambda training: training.percent > 0)
    running.compute().kill()
    await until(ada.training, lambda training: training.percent > 30)
    running.part("web").kill()
    running.part("darkroom").kill()
    await until(ada.training, lambda training: training.status is TrainingStatus.READY)


async def _killed_while_painting(running: Running, ada: Person) -> None:
    await until(ada.portraits, lambda portraits: _kept(portraits) >= 1)
    running.postgres().kill()
    await until(ada.portraits, lambda portraits: _kept(portraits) >= 2)
    for part in (running.postgres(), *map(running.part, ("web", "worker", "darkroom"))):
        part.kill()
    await running.healthy()


async def _killed_while_keeping(running: Running, ada: Person) -> None:
    await until(ada.portraits, lambda portraits: _kept(portraits) >= 3 and _is_one_on_its_way(portraits))
    running.part("worker").kill()
    await until(ada.portraits, lambda portraits: _kept(portraits) >= 5 and _is_one_on_its_way(portraits))
    await running.stop(signal.SIGKILL)  # the keeper, and with it everybody
    _leave_a_stray(running, ada)
    await running.start()
    await until(ada.portraits, lambda portraits: all(portrait.status.is_final for portrait in portraits))


def _leave_a_stray(running: Running, ada: Person) -> None:
    """Put a photo there as if its upload had been killed the day before yesterday: the worker sweeps when it starts."""
    stray = running.folder / "bucket" / "u" / str(ada.owner_id) / "incoming" / str(new_id())
    stray.parent.mkdir(exist_ok=True)  # it went with the last object in it
    stray.write_bytes(b"pixels")
    long_ago = (now() - 2 * OLD_ENOUGH).timestamp()
    os.utime(stray, (long_ago, long_ago))


async def _everything_is_there(running: Running, ada: Person) -> None:
    portraits, photos = await ada.portraits(), await ada.selfies()
    assert [portrait.status for portrait in portraits] == [AssetStatus.KEPT] * FIRST_SET
    assert (await ada.training()).status is TrainingStatus.READY
    kept = [row.key for row in (*portraits, *photos) if row.key is not None]
    bucket = running.folder / "bucket"
    # Half a file whose writer was killed lies beside `u/` and is no object; tests/adapters sees to its end.
    objects = {str(path.relative_to(bucket)) for path in bucket.glob("u/**/*") if path.is_file()}
    assert objects == {name for key in kept for name in thumbnails.keys(key)}


async def _nothing_was_made_twice(running: Running, ada: Person) -> None:
    # An order whose call was cut off and that the engine never got has another in its place.
    orders = [order for order in await ada.orders() if order.status is not OrderStatus.LOST]
    assert Counter(order.kind for order in orders) == {"training": 1, "prediction": FIRST_SET}
    assert {order.status for order in orders} == {OrderStatus.DONE}
    address, key = running.engine
    async with httpx.AsyncClient(base_url=address, headers=key) as engine:
        jobs = [
            job for noun in ("trainings", "predictions") for job in (await engine.get(f"/{noun}")).json()["results"]
        ]
    assert sorted(job["id"] for job in jobs) == sorted(order.job_id or "" for order in orders)
    assert {job["status"] for job in jobs} == {"succeeded"}


async def _leaves_and_nothing_is_left(running: Running, ada: Person) -> None:
    """Have the week to change one's mind be over, of somebody whom every process and table knows by now."""
    words, address = [str(ada.owner_id), ada.email], Address.of(running.settings)
    assert {"app.accounts", "app.assets", "app.deliveries"} <= rows_about(address, words)
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute("ANALYZE")  # as the database does by itself in time
        admin.execute("UPDATE app.accounts SET leave_at = now() - interval '2 minutes'")

    async def left() -> set[str]:
        return await asyncio.to_thread(rows_about, address, words)

    await until(left, lambda tables: not tables)
    # Deleted bytes lie in the database's own files until others are written over them, which docs/security.md says.
    (receipt,) = await until(_files_about(running, words), lambda files: len(files) == 1)
    assert "Your account is deleted" in receipt.read_text()
    engine = running.folder / "darkroom"
    kept = {path.relative_to(engine).parts[0] for path in engine.rglob("*") if path.is_file()}
    assert kept & {"files", "outputs", "temporary", "versions", "work"} == set()


def _files_about(running: Running, words: list[str]) -> Callable[[], Awaitable[list[Path]]]:
    async def found() -> list[Path]:
        return await asyncio.to_thread(files_about, running.folder, words, but="postgres/data")

    return found


def _are_examined(photos: Sequence[Selfie]) -> bool:
    return all(photo.status is not SelfieStatus.EXAMINING for photo in photos)


def _kept(portraits: Sequence[Asset]) -> int:
    return sum(portrait.status is AssetStatus.KEPT for portrait in portraits)


def _is_one_on_its_way(portraits: Sequence[Asset]) -> bool:
    return any(portrait.status is AssetStatus.FETCHING for portrait in portraits)
