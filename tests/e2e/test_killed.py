"""Every process is killed in the middle of its work: all of it goes on, nothing is lost, nothing is made twice."""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import TYPE_CHECKING

import httpx

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

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def _are_examined(photos: Sequence[Selfie]) -> bool:
    return all(photo.status is not SelfieStatus.EXAMINING for photo in photos)


def _kept(portraits: Sequence[Asset]) -> int:
    return sum(portrait.status is AssetStatus.KEPT for portrait in portraits)


def _is_one_on_its_way(portraits: Sequence[Asset]) -> bool:
    return any(portrait.status is AssetStatus.FETCHING for portrait in portraits)
