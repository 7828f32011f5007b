"""Pictures that change while they are being deleted: whatever is in the store by then goes too, and then the row."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.domain.lifecycle import AssetStatus, TrainingStatus
from portrait_app.domain.selfie import Selfie, SelfieStatus
from portrait_app.domain.training import Training
from portrait_app.services import purging, selfies, thumbnails
from tests.portraits import portraits_of
from tests.services.test_cancelling_races import until_somebody_waits
from tests.services.trashing import objects

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.services.work import Work
    from tests.builders import House


class Held:
    """Holds whoever deletes in the store for the first time, right after it: nothing else is locked then."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.is_there, self.may_go_on = asyncio.Event(), asyncio.Event()
        self.times = 0
        delete = DiskBucket.delete

        async def deleted(bucket: DiskBucket, *keys: str) -> None:
            await delete(bucket, *keys)
            self.times += 1
            if self.times == 1:
                self.is_there.set()
                await self.may_go_on.wait()

        patch.setattr(DiskBucket, "delete", deleted)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    return Held(monkeypatch)


async def photos(house: House, owner_id: UUID, count: int = 2) -> list[Selfie]:
    """Photos of a training that came in, and that nobody has examined."""
    async with house.desk.for_person(owner_id) as work:
        training = work.trainings.add(
            Training(owner_id=owner_id, name="Ada", status=TrainingStatus.FAILED, trainer="darkroom")
        )
        await work.session.flush()
        made = [Selfie(owner_id=owner_id, training_id=training.id, filename=f"{n}.jpg") for n in range(count)]
        for photo in made:
            photo.incoming_key = f"u/{owner_id}/incoming/{photo.id}"
            await work.bucket.put_bytes(photo.incoming_key, b"jpeg")
            work.selfies.add(photo)
    return made


async def examined(work: Work, photo: Selfie) -> None:
    """Do as the examination does as it ends: the clean copies lie there, and then the row names them."""
    row = await work.selfies.get(photo.id, lock=True)
    row.key, row.incoming_key, row.status = f"u/{row.owner_id}/selfies/{row.id}.jpg", None, SelfieStatus.FINE
    for key in thumbnails.keys(row.key):
        await work.bucket.put_bytes(key, b"jpeg")
    await work.session.flush()


async def rows_of(house: House, training_id: UUID, owner_id: UUID) -> int:
    async with house.desk.for_service(owner_id) as work:
        return len(await work.selfies.of(training_id))


async def test_a_photo_that_is_kept_while_it_is_deleted_goes_with_what_was_kept(
    house: House, ada: UUID, held: Held
) -> None:
    first, _ = await photos(house, ada)
    forgets = asyncio.create_task(selfies.forget(house.desk, ada, first.training_id))
    await held.is_there.wait()
    async with house.desk.for_service(ada) as work:
        await examined(work, first)
        held.may_go_on.set()
        await until_somebody_waits(work)  # for the row, which reads otherwise once this is committed
    await forgets
    assert (await objects(house, ada), await rows_of(house, first.training_id, ada)) == ([], 0)
    assert held.times == 2


async def test_a_photo_that_is_taken_out_while_it_is_deleted_is_no_error(house: House, ada: UUID, held: Held) -> None:
    first, _ = await photos(house, ada)
    forgets = asyncio.create_task(selfies.forget(house.desk, ada, first.training_id))
    await held.is_there.wait()
    async with house.desk.for_service(ada) as work:
        await work.selfies.remove(await work.selfies.get(first.id, lock=True))
        await work.session.flush()
        held.may_go_on.set()
        await until_somebody_waits(work)
    await forgets
    assert (await objects(house, ada), await rows_of(house, first.training_id, ada), held.times) == ([], 0, 1)


async def test_a_photo_that_comes_in_while_the_others_are_deleted_goes_too(house: House, ada: UUID, held: Held) -> None:
    first, _ = await photos(house, ada)
    forgets = asyncio.create_task(selfies.forget(house.desk, ada, first.training_id))
    await held.is_there.wait()
    async with house.desk.for_person(ada) as work:
        late = Selfie(owner_id=ada, training_id=first.training_id, filename="late.jpg")
        late.incoming_key = f"u/{ada}/incoming/{late.id}"
        await work.bucket.put_bytes(late.incoming_key, b"jpeg")
        work.selfies.add(late)
    held.may_go_on.set()
    await forgets
    assert (await objects(house, ada), await rows_of(house, first.training_id, ada), held.times) == ([], 0, 2)


async def kept(work: Work, asset_id: UUID, extension: str) -> None:
    """Do as the keeping does as it ends."""
    row = await work.assets.get(asset_id, lock=True)
    row.status, row.key = AssetStatus.KEPT, f"u/{row.owner_id}/portraits/{row.id}.{extension}"
    for key in thumbnails.keys(row.key):
        await work.bucket.put_bytes(key, b"picture")
    await work.session.flush()


async def portraits_in_store(house: House, owner_id: UUID) -> list[str]:
    return [key for key in await objects(house, owner_id) if "/portraits/" in key]


async def is_there(house: House, owner_id: UUID, asset_id: UUID) -> bool:
    async with house.desk.for_service(owner_id) as work:
        return await work.assets.find_anywhere(asset_id) is not None


async def test_a_portrait_that_is_being_kept_while_it_is_to_go_goes_with_its_pictures(
    house: House, ada: UUID, model: Training
) -> None:
    (portrait,) = await portraits_of(house, model, status=AssetStatus.FETCHING)
    async with house.desk.for_service(ada) as work:
        await kept(work, portrait.id, "webp")
        erases = asyncio.create_task(purging.erase_portrait(house.desk, ada, portrait.id))
        await until_somebody_waits(work)
    await erases
    assert (await portraits_in_store(house, ada), await is_there(house, ada, portrait.id)) == ([], False)


async def test_a_portrait_that_is_kept_anew_while_its_pictures_are_deleted_loses_the_new_ones_too(
    house: House, ada: UUID, model: Training, held: Held
) -> None:
    (portrait,) = await portraits_of(house, model)
    erases = asyncio.create_task(purging.erase_portrait(house.desk, ada, portrait.id))
    await held.is_there.wait()
    async with house.desk.for_service(ada) as work:
        await kept(work, portrait.id, "png")
        held.may_go_on.set()
        await until_somebody_waits(work)
    await erases
    assert (await portraits_in_store(house, ada), await is_there(house, ada, portrait.id), held.times) == ([], False, 2)


async def test_a_portrait_that_two_erase_at_once_is_erased_once(
    house: House, ada: UUID, model: Training, held: Held
) -> None:
    (portrait,) = await portraits_of(house, model)
    erases = asyncio.create_task(purging.erase_portrait(house.desk, ada, portrait.id))
    await held.is_there.wait()
    await purging.erase_portrait(house.desk, ada, portrait.id)
    held.may_go_on.set()
    await erases
    assert (await portraits_in_store(house, ada), await is_there(house, ada, portrait.id), held.times) == ([], False, 2)
