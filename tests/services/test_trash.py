"""What is deleted goes into the Trash, comes back from there, or goes for good; on real rows and a real folder."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.adapters.buckets.errors import BucketDown
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.generation import Asset
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.domain.retention import TRASH_STAYS
from portrait_app.errors import NotFound
from portrait_app.services import purging, thumbnails, trash
from portrait_app.services.trash import TooLate
from tests.portraits import portraits_of
from tests.services.trashing import OVER, do_what_is_due, objects, put_away, put_model_away, set_back, shown

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.training import Training
    from tests.builders import House

DELETE = DiskBucket.delete


async def test_a_deleted_portrait_is_seen_nowhere_and_comes_back_as_it_was(house: House, model: Training) -> None:
    first, second = await portraits_of(house, model, count=2)
    before = await objects(house, model.owner_id)
    await put_away(house, first)
    async with house.desk.for_person(model.owner_id) as work:
        assert await work.assets.kept() == (1, 7)
        assert await work.assets.find(first.id) is None
        (lying,) = await work.assets.in_trash()
        assert (lying.id, lying.key) == (first.id, first.key)
    assert await shown(house, model.owner_id) == [second.id]
    assert await objects(house, model.owner_id) == before
    async with house.desk.for_person(model.owner_id) as work:
        assert await trash.restore_portraits(work, [first.id]) == [first.id]
    assert await shown(house, model.owner_id) == [second.id, first.id]


async def test_a_portrait_that_is_still_coming_can_not_be_deleted_and_takes_none_along(
    house: House, model: Training
) -> None:
    (kept,) = await portraits_of(house, model)
    (coming,) = await portraits_of(house, model, status=AssetStatus.FETCHING)
    async with house.desk.for_person(model.owner_id) as work:
        with pytest.raises(trash.StillComing):
            await trash.put_portraits(work, [kept.id, coming.id])
    assert set(await shown(house, model.owner_id)) == {kept.id, coming.id}


async def test_somebody_else_neither_deletes_nor_restores_nor_empties(house: House, model: Training) -> None:
    kept, lying = await portraits_of(house, model, count=2)
    await put_away(house, lying)
    async with house.desk.for_person(await house.somebody("Eve")) as work:
        for act in (trash.put_portraits, trash.delete_portraits):
            with pytest.raises(NotFound):
                await act(work, [kept.id, lying.id])
        with pytest.raises(TooLate):
            await trash.restore_portraits(work, [kept.id, lying.id])
        with pytest.raises(TooLate):
            await trash.restore_model(work, model.id)
        with pytest.raises(NotFound):
            await trash.put_model(work, model.id)
        assert (await trash.restore_all(work), await trash.empty(work)) == (0, 0)
    assert await shown(house, model.owner_id) == [kept.id]
    async with house.desk.for_person(model.owner_id) as work:
        assert [each.id for each in await work.assets.in_trash()] == [lying.id]


async def test_after_thirty_days_nothing_of_a_portrait_is_left(house: House, model: Training) -> None:
    stays, goes = await portraits_of(house, model, count=2)
    await put_away(house, goes)
    await set_back(house, Asset, goes.id, goes.owner_id, deleted_at=now() - TRASH_STAYS + timedelta(minutes=1))
    assert await do_what_is_due(house) == []
    await set_back(house, Asset, goes.id, goes.owner_id, deleted_at=now() - OVER)
    assert await do_what_is_due(house) == [Chore.PURGE_PORTRAIT]
    assert await do_what_is_due(house) == []
    left = await objects(house, model.owner_id)
    assert not [key for key in left if str(goes.id) in key]
    assert {*thumbnails.keys(str(stays.key))} <= set(left)
    async with house.desk.for_service(model.owner_id) as work:
        assert await work.assets.find(goes.id) is None
        assert await work.assets.find(stays.id) is not None


async def test_what_was_to_go_for_good_never_comes_back(house: House, model: Training) -> None:
    (portrait,) = await portraits_of(house, model)
    await put_away(house, portrait)
    async with house.desk.for_person(model.owner_id) as work:
        assert await trash.delete_portraits(work, [portrait.id]) == [portrait.id]
    assert house.queue.take() == [(Chore.PURGE_PORTRAIT, model.owner_id, portrait.id)]
    async with house.desk.for_person(model.owner_id) as work:  # before the chore was done
        assert await work.assets.in_trash() == []
        with pytest.raises(TooLate):
            await trash.restore_portraits(work, [portrait.id])
    assert await do_what_is_due(house) == [Chore.PURGE_PORTRAIT]  # also when its own chore was lost
    assert not [key for key in await objects(house, model.owner_id) if "portraits" in key]


async def _killed_halfway(bucket: DiskBucket, *keys: str) -> None:
    await DELETE(bucket, *keys[:2])
    raise BucketDown("no answer")


async def test_a_purge_that_was_killed_halfway_is_done_again_and_twice_is_no_error(
    house: House, model: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    (portrait,) = await portraits_of(house, model)
    await put_away(house, portrait)
    await set_back(house, Asset, portrait.id, portrait.owner_id, deleted_at=now() - OVER)
    with monkeypatch.context() as patch:
        patch.setattr(DiskBucket, "delete", _killed_halfway)
        with pytest.raises(BucketDown):
            await purging.purge_portrait(house.desk, portrait.owner_id, portrait.id)
    await set_back(house, Asset, portrait.id, portrait.owner_id, deleted_at=now())  # the clock was wrong, and is mended
    async with house.desk.for_person(model.owner_id) as work:
        with pytest.raises(TooLate):
            await trash.restore_portraits(work, [portrait.id])
    for _ in range(2):
        await purging.purge_portrait(house.desk, portrait.owner_id, portrait.id)
    assert not [key for key in await objects(house, model.owner_id) if "portraits" in key]


async def test_one_that_was_restored_meanwhile_is_not_purged(house: House, model: Training) -> None:
    (portrait,) = await portraits_of(house, model)
    await put_away(house, portrait)
    async with house.desk.for_person(model.owner_id) as work:
        await trash.restore_portraits(work, [portrait.id])
    await purging.purge_portrait(house.desk, portrait.owner_id, portrait.id)
    assert await shown(house, model.owner_id) == [portrait.id]
    await put_away(house, portrait)  # and it is there anew, for thirty days more
    await purging.purge_portrait(house.desk, portrait.owner_id, portrait.id)
    async with house.desk.for_person(model.owner_id) as work:
        assert await trash.restore_portraits(work, [portrait.id]) == [portrait.id]


async def test_everything_is_restored_or_emptied_in_one_go(house: House, ada: UUID, model: Training) -> None:
    portraits = await portraits_of(house, model, count=3)
    await put_away(house, *portraits)
    await put_model_away(house, model)
    async with house.desk.for_person(ada) as work:
        assert await trash.restore_all(work) == 4
    assert len(await shown(house, ada)) == 3
    await put_away(house, *portraits[:2])
    await put_model_away(house, model)
    house.queue.take()
    async with house.desk.for_person(ada) as work:
        assert await trash.empty(work) == 3
    assert sorted(chore for chore, _, _ in house.queue.take()) == [
        Chore.PURGE_PORTRAIT,
        Chore.PURGE_PORTRAIT,
        Chore.REMOVE_MODEL,
    ]
    async with house.desk.for_person(ada) as work:
        assert (await work.assets.in_trash(), await work.trainings.in_trash()) == ([], [])


async def test_more_than_any_page_shows_is_refused(house: House, model: Training) -> None:
    (portrait,) = await portraits_of(house, model)
    async with house.desk.for_person(model.owner_id) as work:
        for act in (trash.put_portraits, trash.restore_portraits, trash.delete_portraits):
            with pytest.raises(trash.TooMany):
                await act(work, [portrait.id] * (trash.MOST_AT_ONCE + 1))
