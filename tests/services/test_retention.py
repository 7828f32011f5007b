"""Photos go when their owner wants them gone: the files and all that was measured on them, and never too early."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus, TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.domain.retention import STAY_DAYS, TRY_AGAIN_FOR
from portrait_app.domain.selfie import Selfie, SelfieStatus
from portrait_app.domain.training import Training
from portrait_app.services import doubts, likeness, purging, removal, retention, thumbnails, trainings, trash
from portrait_app.services.retention import UnknownStay
from portrait_app.services.trainings import PhotosGone
from tests.services.straying import hear
from tests.services.test_in_doubt import ABORTED, doubtful

if TYPE_CHECKING:
    from uuid import UUID

    from tests.builders import House

MINUTE = timedelta(minutes=1)
DONE = JobReport("job1", OrderStatus.DONE, version="me/faces:abc")


async def ended(house: House, owner_id: UUID, status: TrainingStatus, ago: timedelta) -> Training:
    """Make a training that ended a while ago, with two photos and their thumbnails."""
    async with house.desk.for_person(owner_id) as work:
        training = work.trainings.add(
            Training(owner_id=owner_id, name="Ada", status=status, trainer="darkroom", ended_at=now() - ago)
        )
        await work.session.flush()
        for number in (1, 2):
            row: dict[str, Any] = {"status": SelfieStatus.FINE, "seen": {"identity": [float(number), 0.0]}}
            photo = Selfie(owner_id=owner_id, training_id=training.id, filename=f"{number}.jpg", **row)
            photo.key = f"u/{owner_id}/selfies/{photo.id}.jpg"
            work.selfies.add(photo)
            for key in thumbnails.keys(photo.key):
                await work.bucket.put_bytes(key, b"jpeg")
    return training


async def choose(house: House, owner_id: UUID, days: int | None) -> None:
    async with house.desk.for_person(owner_id) as work:
        await retention.choose(work, days)


async def do_what_is_due(house: House) -> list[UUID]:
    """Do as the worker does; return the face models whose photos were due."""
    house.queue.take()
    await purging.put_off_what_is_due(house.desk)
    due = house.queue.take()
    for chore, owner_id, training_id in due:
        assert chore is Chore.FORGET_PHOTOS
        await purging.forget_photos(house.desk, owner_id, training_id)
    return [training_id for _, _, training_id in due]


async def objects(house: House, owner_id: UUID) -> int:
    return len(await house.desk.buckets.of(owner_id).page(most=999))


async def test_whoever_is_new_has_their_photos_deleted_once_the_face_is_learned(house: House, ada: UUID) -> None:
    async with house.desk.for_person(ada) as work:
        assert (await work.accounts.mine()).photos_stay_days == 0
    training = await ended(house, ada, TrainingStatus.READY, timedelta())
    assert await do_what_is_due(house) == [training.id]
    assert await objects(house, ada) == 0
    async with house.desk.for_person(ada) as work:
        assert (await work.selfies.of(training.id), await work.selfies.kept()) == ([], 0)
        row = await work.trainings.get(training.id)
        assert row.photos_deleted_at is not None
        assert row.is_offered
    assert await do_what_is_due(house) == []


@pytest.mark.parametrize("days", STAY_DAYS)
@pytest.mark.parametrize("status", [TrainingStatus.READY, TrainingStatus.FAILED, TrainingStatus.CANCELED])
async def test_photos_stay_exactly_as_long_as_was_chosen(
    house: House, ada: UUID, days: int | None, status: TrainingStatus
) -> None:
    await choose(house, ada, days)
    if days is None:
        await ended(house, ada, status, timedelta(days=4000))
        assert await do_what_is_due(house) == []
        return
    stay = timedelta(days=days) if status is TrainingStatus.READY else max(timedelta(days=days), TRY_AGAIN_FOR)
    early = await ended(house, ada, status, stay - MINUTE) if stay else None
    late = await ended(house, ada, status, stay + MINUTE)
    if early is not None:  # whoever asks too early is told no, also by a chore of before the choice was changed
        await purging.forget_photos(house.desk, ada, early.id)
    assert await do_what_is_due(house) == [late.id]
    assert await objects(house, ada) == (8 if early is not None else 0)


async def test_the_likeness_of_later_portraits_is_still_told_without_the_photos(house: House, ada: UUID) -> None:
    training = await ended(house, ada, TrainingStatus.READY, timedelta())
    async with house.desk.for_service(ada) as work:
        before = await likeness.identity_of(work, training.id)
    await do_what_is_due(house)
    async with house.desk.for_service(ada) as work:
        after = await likeness.identity_of(work, training.id)
    assert before is not None
    assert after is not None
    assert np.array_equal(before, after)


@pytest.mark.parametrize("end", ["made", "failed", "broken off", "nothing"])
async def test_of_photos_deleted_while_in_doubt_stays_what_its_portraits_are_compared_with_if_it_turns_up(
    house: House, ada: UUID, end: str
) -> None:
    """The face model that turned up never told how like its portraits are."""
    order = await doubtful(house, ada, OrderKind.TRAINING, is_taken=end != "nothing")
    async with house.desk.for_service(ada) as work:
        for photo in await work.selfies.of(order.training_id):
            photo.seen = {"identity": [1.0, 0.0]}
    async with house.desk.for_person(ada) as work:
        await purging.give_up_all_photos(work)
    await purging.forget_photos(house.desk, ada, order.training_id)
    house.queue.take()
    if end == "nothing":
        await doubts.settle_as_nothing(house.desk, order.id)
    else:
        await hear(house, order, {"made": DONE, "failed": replace(ABORTED, is_free=False), "broken off": ABORTED}[end])
    async with house.desk.for_service(ada) as work:
        coming = [each.kind for each in await work.orders.unfinished_of(order.training_id)]
        assert OrderKind.TRAINING not in coming  # there is nothing to learn from
        assert ((await likeness.identity_of(work, order.training_id)) is not None) is (end == "made")


async def test_a_training_that_is_tried_again_is_not_robbed_of_its_photos(house: House, ada: UUID) -> None:
    training = await ended(house, ada, TrainingStatus.FAILED, TRY_AGAIN_FOR + MINUTE)
    async with house.desk.for_person(ada) as work:  # faster than the chore that is due
        await trainings.retry(work, training.id)
    assert await do_what_is_due(house) == []
    await purging.forget_photos(house.desk, ada, training.id)
    async with house.desk.for_person(ada) as work:
        assert len(await work.selfies.of(training.id)) == 2


async def test_one_whose_photos_are_gone_can_not_be_tried_again_and_says_why(house: House, ada: UUID) -> None:
    training = await ended(house, ada, TrainingStatus.CANCELED, TRY_AGAIN_FOR + MINUTE)
    await do_what_is_due(house)
    async with house.desk.for_person(ada) as work:
        assert (await work.trainings.get(training.id)).identity is None  # no portrait is ever compared with it
        with pytest.raises(PhotosGone):
            await trainings.retry(work, training.id)


async def test_what_was_killed_halfway_goes_on_and_nothing_brings_it_back(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = await ended(house, ada, TrainingStatus.FAILED, TRY_AGAIN_FOR + MINUTE)

    async def killed(bucket: DiskBucket, *keys: str) -> None:
        await delete(bucket, *keys[: len(keys) // 2])
        raise KeyboardInterrupt

    delete = DiskBucket.delete
    with monkeypatch.context() as patched:
        patched.setattr(DiskBucket, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            await purging.forget_photos(house.desk, ada, training.id)
    assert await objects(house, ada) == 4
    async with house.desk.for_person(ada) as work:
        with pytest.raises(PhotosGone):  # some are gone already: it would be learned from half of them
            await trainings.retry(work, training.id)
    await choose(house, ada, None)  # too late for this one
    assert await do_what_is_due(house) == [training.id]
    await purging.forget_photos(house.desk, ada, training.id)  # twice
    assert await objects(house, ada) == 0


async def test_photos_of_a_draft_and_of_a_face_being_learned_stay(house: House, ada: UUID) -> None:
    for status in (TrainingStatus.DRAFT, TrainingStatus.QUEUED, TrainingStatus.LEARNING):
        training = await ended(house, ada, status, timedelta(days=400))
        await purging.forget_photos(house.desk, ada, training.id)
    assert await do_what_is_due(house) == []
    assert await objects(house, ada) == 24


async def test_no_measures_are_kept_of_a_face_that_is_to_be_forgotten(house: House, ada: UUID) -> None:
    training = await ended(house, ada, TrainingStatus.READY, timedelta())
    async with house.desk.for_person(ada) as work:
        await removal.remove(work, training.id)
        await purging.give_up_all_photos(work)
    await purging.forget_photos(house.desk, ada, training.id)  # a chore of before
    async with house.desk.for_person(ada) as work:
        assert (await work.trainings.get(training.id)).identity is None


async def test_those_of_a_face_model_in_the_trash_go_at_their_own_time(house: House, ada: UUID) -> None:
    await choose(house, ada, 7)
    training = await ended(house, ada, TrainingStatus.READY, timedelta(days=7) - MINUTE)
    async with house.desk.for_person(ada) as work:
        await trash.put_model(work, training.id)
    assert await do_what_is_due(house) == []
    await choose(house, ada, 0)
    assert await do_what_is_due(house) == [training.id]


async def test_a_choice_says_beforehand_what_it_deletes_at_once(house: House, ada: UUID) -> None:
    await choose(house, ada, None)
    await ended(house, ada, TrainingStatus.READY, timedelta(days=8))
    await ended(house, ada, TrainingStatus.FAILED, timedelta(days=8))
    async with house.desk.for_person(ada) as work:
        would = [await retention.past_their_time(work, days) for days in STAY_DAYS]
        assert dict(zip(STAY_DAYS, would, strict=True)) == {0: 2, 7: 2, 30: 0, 90: 0, None: 0}
        for days in (-1, 1, 10**9):
            with pytest.raises(UnknownStay):
                await retention.past_their_time(work, days)
            with pytest.raises(UnknownStay):
                await retention.choose(work, days)
