"""A store that is slow: no transaction waits for it, for Postgres ends one that is idle for a minute."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.services import exports, purging, thumbnails
from portrait_app.services.exports import KEPT_FOR
from tests import held_up
from tests.portraits import portraits_of
from tests.services import exporting, removing, trashing
from tests.services.test_retention import ended

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.database.address import Address
    from portrait_app.domain.training import Training
    from tests.builders import House

_OPEN = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""


@pytest.fixture
def open_meanwhile(address: Address, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many transactions are open whenever something is deleted in the store, one number for each call."""
    seen: list[int] = []
    delete = DiskBucket.delete

    async def look_and_delete(bucket: DiskBucket, *keys: str) -> None:
        with psycopg.connect(address.conninfo()) as admin:
            seen.extend(count for (count,) in admin.execute(_OPEN))
        await delete(bucket, *keys)

    monkeypatch.setattr(DiskBucket, "delete", look_and_delete)
    return seen


async def test_code_of_ours_that_holds_one_meanwhile_is_noticed(house: House, ada: UUID) -> None:
    kept = thumbnails.Kept(b"original", {}, 8, 8, "#808080")
    async with house.desk.for_person(ada) as work:
        await thumbnails.keep(work.bucket, f"u/{ada}/portraits/{ada}.jpg", kept)
    assert held_up.seen == ["DiskBucket.put_bytes from /services/thumbnails.py"]
    held_up.seen.clear()  # or this test would fail for it


async def test_photos_whose_time_is_over_are_deleted_outside_of_any(
    house: House, ada: UUID, open_meanwhile: list[int]
) -> None:
    training = await ended(house, ada, TrainingStatus.READY, timedelta())
    await purging.forget_photos(house.desk, ada, training.id)
    assert open_meanwhile == [0]
    assert await trashing.objects(house, ada) == []


async def test_so_are_those_of_a_face_model_that_is_deleted(house: House, open_meanwhile: list[int], ada: UUID) -> None:
    model = await removing.learned(house, ada)
    await removing.remove(house, model)
    await removing.carry_out(house, model)
    assert open_meanwhile == [0]
    assert await trashing.objects(house, ada) == []


async def test_so_is_a_portrait_of_the_trash(
    house: House, ada: UUID, model: Training, open_meanwhile: list[int]
) -> None:
    (portrait,) = await portraits_of(house, model, count=1)
    await trashing.put_away(house, portrait)
    past: dict[str, Any] = {"deleted_at": portrait.created_at - trashing.OVER}
    await trashing.set_back(house, type(portrait), portrait.id, ada, **past)
    await purging.purge_portrait(house.desk, ada, portrait.id)
    assert open_meanwhile == [0]
    assert [key for key in await trashing.objects(house, ada) if "/portraits/" in key] == []


async def test_so_is_an_export_whose_time_is_over_or_that_nobody_wants(
    house: House, ada: UUID, open_meanwhile: list[int]
) -> None:
    export = await exporting.made(house, ada)
    await exporting.set_back(house, export, "expires_at", KEPT_FOR)
    await exports.forget_over(house.desk, ada, export.id)
    await exporting.asked(house, ada)  # and the line of the former goes, with its file
    assert open_meanwhile == [0, 0]
    assert await exporting.lies_there(house, ada) == []
