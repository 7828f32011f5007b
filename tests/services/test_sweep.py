"""Pictures that no row names are deleted, a day later; whatever a row names or may come to name stays."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from portrait_app.domain.clock import now
from portrait_app.domain.generation import Asset, Generation
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.domain.rows import new_id
from portrait_app.domain.selfie import Selfie, SelfieStatus
from portrait_app.services import sweep, thumbnails, trainings, trash

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from portrait_app.adapters.buckets.disk import DiskBuckets
    from tests.builders import House


async def put(house: House, *keys: str, age: timedelta = 2 * sweep.OLD_ENOUGH) -> list[str]:
    """Put objects as if it had been a while ago."""
    moment = (now() - age).timestamp()
    for key in keys:
        await house.desk.buckets.of(UUID(key.split("/")[1])).put_bytes(key, b"pixels")
        os.utime(folder_of(house) / key, (moment, moment))
    return list(keys)


def folder_of(house: House) -> Path:
    return cast("DiskBuckets", house.desk.buckets).folder


async def lies_there(house: House) -> list[str]:
    return [stored.key for stored in await house.desk.buckets.page(most=1000)]


async def a_photo(house: House, owner_id: UUID, status: SelfieStatus, *, folder: str) -> str:
    """Make the row of a photo that names an object in this folder; return its key."""
    photo_id = new_id()
    key = f"u/{owner_id}/{folder}/{photo_id}{'.jpg' if folder == 'selfies' else ''}"
    named: dict[str, Any] = {"status": status, "key" if folder == "selfies" else "incoming_key": key}
    async with house.desk.for_person(owner_id) as work:
        draft = await trainings.draft(work)
        work.selfies.add(Selfie(id=photo_id, owner_id=owner_id, training_id=draft.id, filename="a.jpg", **named))
    return key


async def a_portrait(house: House, owner_id: UUID, status: AssetStatus) -> str:
    """Make the row of a portrait; return the key it has, or would have."""
    training = await house.ready_model(owner_id)
    asset_id = new_id()
    key = f"u/{owner_id}/portraits/{asset_id}.webp"
    async with house.desk.for_person(owner_id) as work:
        order = work.generations.add(
            Generation(owner_id=owner_id, training_id=training.id, style="noir", seed=1, is_first_set=False)
        )
        await work.session.flush()
        work.assets.add(
            Asset(
                id=asset_id,
                owner_id=owner_id,
                generation_id=order.id,
                training_id=training.id,
                position=0,
                style="noir",
                status=status,
                key=key if status is AssetStatus.KEPT else None,
                width=8,
                height=8,
            )
        )
    return key


async def test_an_upload_whose_row_was_never_written_is_deleted_a_day_later(house: House, ada: UUID) -> None:
    await put(house, f"u/{ada}/incoming/{new_id()}")
    young = await put(house, f"u/{ada}/incoming/{new_id()}", age=sweep.OLD_ENOUGH - timedelta(minutes=1))
    assert await sweep.sweep(house.desk) == 1
    assert await lies_there(house) == young


async def test_what_rows_name_stays_however_old_it_is(house: House, ada: UUID) -> None:
    photo = await a_photo(house, ada, SelfieStatus.FINE, folder="selfies")
    upload = await a_photo(house, ada, SelfieStatus.EXAMINING, folder="incoming")
    portrait = await a_portrait(house, ada, AssetStatus.KEPT)
    kept = await put(house, upload, *thumbnails.keys(photo), *thumbnails.keys(portrait))
    assert await sweep.sweep(house.desk) == 0
    assert await lies_there(house) == sorted(kept)


async def test_what_lies_in_the_trash_stays_until_it_is_purged(house: House, ada: UUID) -> None:
    portrait = await a_portrait(house, ada, AssetStatus.KEPT)
    kept = await put(house, *thumbnails.keys(portrait))
    async with house.desk.for_person(ada) as work:
        await trash.put_portraits(work, [asset.id for asset in await work.assets.latest(limit=1)])
    assert await sweep.sweep(house.desk) == 0
    assert await lies_there(house) == sorted(kept)


async def test_a_picture_that_is_being_made_waits_for_its_row(house: House, ada: UUID) -> None:
    upload = await a_photo(house, ada, SelfieStatus.EXAMINING, folder="incoming")
    clean = upload.replace("incoming", "selfies") + ".jpg"
    portrait = await a_portrait(house, ada, AssetStatus.FETCHING)
    kept = await put(house, upload, clean, *thumbnails.keys(portrait))
    assert await sweep.sweep(house.desk) == 0
    assert await lies_there(house) == sorted(kept)


async def test_what_a_killed_keeper_left_of_a_portrait_that_was_lost_is_deleted(house: House, ada: UUID) -> None:
    left = await put(house, *thumbnails.keys(await a_portrait(house, ada, AssetStatus.LOST)))
    assert await sweep.sweep(house.desk) == len(left)
    assert await lies_there(house) == []


async def test_an_upload_stays_no_longer_than_its_row_names_it(house: House, ada: UUID) -> None:
    photo = await a_photo(house, ada, SelfieStatus.FINE, folder="selfies")
    await put(house, photo.replace("selfies", "incoming").removesuffix(".jpg"))
    assert await sweep.sweep(house.desk) == 1


async def test_nothing_stays_of_somebody_whose_account_is_gone(house: House) -> None:
    nobody = new_id()
    await put(house, f"u/{nobody}/incoming/{new_id()}", *thumbnails.keys(f"u/{nobody}/selfies/{new_id()}.jpg"))
    await sweep.sweep(house.desk)
    assert await lies_there(house) == []


async def test_somebody_elses_row_keeps_nothing(house: House, ada: UUID) -> None:
    photo = await a_photo(house, await house.somebody("Bob"), SelfieStatus.FINE, folder="selfies")
    await put(house, f"u/{ada}/selfies/{photo.rpartition('/')[2]}")
    assert await sweep.sweep(house.desk) == 1


async def test_what_is_named_after_no_row_is_not_the_sweeps_to_judge(house: House, ada: UUID) -> None:
    kept = await put(house, f"u/{ada}/health", f"u/{ada}/films/{new_id()}.mp4", f"u/{ada}/selfies/0.jpg")
    assert await sweep.sweep(house.desk) == 0
    assert await lies_there(house) == sorted(kept)


async def test_a_bucket_of_many_pages_is_swept_to_its_end(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "PAGE", 2)
    kept = await put(house, *[await a_photo(house, ada, SelfieStatus.FINE, folder="selfies") for _ in range(3)])
    strays = await put(house, *[f"u/{owner}/incoming/{new_id()}" for owner in (ada, new_id(), new_id()) for _ in "abc"])
    assert await sweep.sweep(house.desk) == len(strays)
    assert await lies_there(house) == sorted(kept)


async def test_half_a_file_of_a_killed_process_goes_with_the_sweep(house: House, ada: UUID) -> None:
    await put(house, f"u/{ada}/incoming/{new_id()}")
    half = folder_of(house) / ".unfinished" / "half"
    half.write_bytes(b"half a photo")
    long_ago = (now() - timedelta(hours=2)).timestamp()
    os.utime(half, (long_ago, long_ago))
    await sweep.sweep(house.desk)
    assert not half.exists()
