"""Deleting a face model: here at once, at the engine for as long as it takes, and nothing under way is broken."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate.errors import EngineDown, Refused
from portrait_app.database.address import Role
from portrait_app.database.orders import counted
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import AssetStatus, OrderStatus, TrainingStatus
from portrait_app.domain.report import JobReport
from portrait_app.domain.selfie import Selfie, SelfieStatus
from portrait_app.domain.training import LINE_STAYS, Training
from portrait_app.errors import NotFound
from portrait_app.jobs.patience import wait_for
from portrait_app.services import cancelling, generations, painting, progress, reconcile, removal, trainings
from portrait_app.services.removal import NotYetGone
from tests.portraits import portraits_of

if TYPE_CHECKING:
    from uuid import UUID

    from tests.builders import House

VERSION = "me/faces:abc"


@pytest.fixture
async def ada(house: House) -> UUID:
    return await house.somebody("Ada")


@pytest.fixture
async def model(house: House, ada: UUID) -> Training:
    """A ready face model with a photo, whose version is at the engine."""
    made = await house.ready_model(ada)
    key = f"u/{ada}/selfies/{made.id}.jpg"
    await house.desk.bucket.put_bytes(key, b"jpeg")
    async with house.desk.for_person(ada) as work:
        seen: dict[str, Any] = {"status": SelfieStatus.FINE, "key": key, "seen": {"identity": [0.1]}}
        work.selfies.add(Selfie(owner_id=ada, training_id=made.id, filename="1.jpg", **seen))
    house.engine.versions.add(VERSION)
    return made


async def remove(house: House, model: Training) -> None:
    async with house.desk.for_person(model.owner_id) as work:
        await removal.remove(work, model.id)


async def carry_out(house: House, model: Training) -> None:
    await removal.carry_out(house.desk, house.engine, model.owner_id, model.id)  # type: ignore[arg-type] -- a fake


async def row_of(house: House, model: Training) -> Training | None:
    async with house.desk.for_person(model.owner_id) as work:
        return await work.trainings.find(model.id)


async def set_back(house: House, model: Training, *, asked: timedelta, removed: timedelta | None = None) -> None:
    """As if it had been deleted a while ago."""
    async with house.desk.for_service(model.owner_id) as work:
        row = await work.trainings.get(model.id, lock=True)
        row.removal_asked_at = now() - asked
        row.removed_at = now() - removed if removed else None


async def test_the_version_and_the_photos_are_gone_and_the_portraits_stay(
    house: House, ada: UUID, model: Training
) -> None:
    portraits = await portraits_of(house, model, count=2)
    await remove(house, model)
    assert house.queue.take() == [(Chore.REMOVE_MODEL, ada, model.id)]
    await carry_out(house, model)
    row = await row_of(house, model)
    assert row is not None
    assert (row.version, row.removed_at is not None, house.engine.versions) == (None, True, set())
    async with house.desk.for_person(ada) as work:
        assert await work.selfies.of(model.id) == []
        assert [asset.id for asset in await work.assets.page()] == [asset.id for asset in reversed(portraits)]
    assert [stored.key for stored in await house.desk.bucket.page(f"u/{ada}/selfies", most=9)] == []


async def test_nothing_more_is_made_from_it_from_the_moment_it_was_asked_for(house: House, model: Training) -> None:
    await remove(house, model)
    async with house.desk.for_person(model.owner_id) as work:
        training = await work.trainings.get(model.id)
        assert not training.is_offered
        with pytest.raises(generations.NotReady):
            await generations.order(work, training, style="noir", count=1, aspect="1:1")
    with_an_older_view = model  # as a tab has it that read it before
    async with house.desk.for_person(model.owner_id) as work:
        with pytest.raises(generations.NotReady):
            await generations.order(work, with_an_older_view, style="noir", count=1, aspect="1:1")


async def test_one_that_is_still_being_learned_must_be_stopped_first(house: House, ada: UUID) -> None:
    draft = await house.draft_with_selfies(ada)
    async with house.desk.for_person(ada) as work:
        with pytest.raises(NotFound):
            await removal.remove(work, draft.id)
        await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    with pytest.raises(removal.StillLearning):
        await remove(house, draft)
    row = await row_of(house, draft)
    assert row is not None
    assert row.removal_asked_at is None


async def test_one_that_was_stopped_goes_with_its_photos_and_their_upload(house: House, ada: UUID) -> None:
    draft = await house.draft_with_selfies(ada)
    async with house.desk.for_person(ada) as work:
        await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    ((_, _, order_id),) = house.queue.take()
    await house.sender.send(ada, order_id)
    async with house.desk.for_person(ada) as work:
        await cancelling.cancel_training(work, draft.id)
    await cancelling.call_off(house.desk, house.engine, ada, order_id)  # type: ignore[arg-type] -- a fake
    await remove(house, draft)
    with pytest.raises(trainings.NotFailed):
        async with house.desk.for_person(ada) as work:
            await trainings.retry(work, draft.id)
    assert house.engine.files
    await carry_out(house, draft)
    assert house.engine.files == {}
    row = await row_of(house, draft)
    assert row is not None
    assert (row.status, row.removed_at is not None) == (TrainingStatus.CANCELED, True)


async def test_portraits_on_their_way_are_called_off_and_those_made_are_kept_first(
    house: House, ada: UUID, model: Training
) -> None:
    async with house.desk.for_person(ada) as work:
        (generation,) = await generations.order(work, model, style="noir", count=2, aspect="1:1")
    ((_, _, order_id),) = house.queue.take()
    await house.sender.send(ada, order_id)
    async with house.desk.for_service(ada) as work:
        await progress.hear(work, order_id, JobReport("job1", OrderStatus.RUNNING, outputs=("u0",)))
    house.queue.take()
    await remove(house, model)
    assert set(house.queue.take()) == {(Chore.CALL_OFF, ada, order_id), (Chore.REMOVE_MODEL, ada, model.id)}
    with pytest.raises(NotYetGone, match="under way"):
        await carry_out(house, model)
    await cancelling.call_off(house.desk, house.engine, ada, order_id)  # type: ignore[arg-type] -- a fake
    with pytest.raises(NotYetGone, match="under way"):  # the engine would delete the picture before it is fetched
        await carry_out(house, model)
    assert house.engine.versions == {VERSION}
    async with house.desk.for_service(ada) as work:
        first, _ = await work.assets.of(generation.id)
        first.status = AssetStatus.KEPT
        await painting.close_if_complete(work, await work.generations.get(generation.id))
    await carry_out(house, model)
    assert house.engine.versions == set()


async def test_accepted_is_not_yet_gone(house: House, model: Training) -> None:
    house.engine.deletes_slowly = True
    await remove(house, model)
    for _ in range(2):
        with pytest.raises(NotYetGone, match="not done yet"):
            await carry_out(house, model)
    row = await row_of(house, model)
    assert row is not None
    assert (row.removed_at, row.version) == (None, VERSION)
    house.engine.versions.clear()
    await carry_out(house, model)
    row = await row_of(house, model)
    assert row is not None
    assert row.removed_at is not None


async def test_a_refusal_is_counted_and_asked_again_until_the_engine_gives_in(house: House, model: Training) -> None:
    house.engine.trouble_with[VERSION] = Refused("403: still has running predictions")
    await remove(house, model)
    with pytest.raises(NotYetGone, match="running predictions"):
        await carry_out(house, model)
    async with house.desk.for_nobody(Role.SERVICE) as session:
        assert (await counted(session))[removal.REFUSALS] == 1
    del house.engine.trouble_with[VERSION]
    await carry_out(house, model)
    assert house.engine.versions == set()


async def test_an_engine_that_does_not_answer_is_asked_again(house: House, model: Training) -> None:
    house.engine.trouble_with[VERSION] = EngineDown("502")
    await remove(house, model)
    with pytest.raises(EngineDown):
        await carry_out(house, model)
    async with house.desk.for_person(model.owner_id) as work:
        assert await work.selfies.of(model.id) == []  # what is ours to delete waits for nobody
    house.engine.trouble_with.clear()
    await carry_out(house, model)
    assert house.engine.versions == set()


async def test_another_account_is_not_believed_that_it_is_gone(house: House, model: Training) -> None:
    house.engine.name = "somebody-else"
    house.engine.versions.clear()
    await remove(house, model)
    with pytest.raises(NotYetGone, match="belongs to me"):
        await carry_out(house, model)


def test_it_is_asked_again_soon_at_first_and_every_hour_at_last() -> None:
    ages = [timedelta(), timedelta(minutes=1), timedelta(hours=1), timedelta(days=9)]
    assert [wait_for(NotYetGone("", age), 60) for age in ages] == [2, 15, 900, 3600]


async def test_what_was_forgotten_between_commit_and_queue_is_found_again(
    house: House, ada: UUID, model: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    await remove(house, model)
    house.queue.take()
    monkeypatch.setattr(reconcile, "FORGOTTEN_AFTER", timedelta())
    await reconcile.remember_chores(house.desk)
    assert house.queue.take() == [(Chore.REMOVE_MODEL, ada, model.id)]
    await carry_out(house, model)
    await reconcile.remember_chores(house.desk)
    assert house.queue.take() == []


async def test_the_operator_is_told_of_one_that_is_not_confirmed_for_an_hour(house: House, model: Training) -> None:
    await remove(house, model)
    await set_back(house, model, asked=timedelta(minutes=61))
    async with house.desk.for_nobody(Role.SERVICE) as session:
        assert (await counted(session))["face models whose deletion is not confirmed"] == 1


@pytest.mark.parametrize("kept", [0, 1])
async def test_the_line_that_says_so_goes_after_some_days_and_the_row_once_no_portrait_needs_it(
    house: House, ada: UUID, model: Training, kept: int
) -> None:
    await portraits_of(house, model, count=kept)
    await remove(house, model)
    await carry_out(house, model)
    house.queue.take()
    for age, is_shown in ((LINE_STAYS - timedelta(hours=1), True), (LINE_STAYS + timedelta(hours=1), False)):
        await set_back(house, model, asked=LINE_STAYS * 2, removed=age)
        async with house.desk.for_person(ada) as work:
            assert bool(await work.trainings.started()) is is_shown
        await reconcile.remember_chores(house.desk)
        is_due = not is_shown and not kept
        assert house.queue.take() == ([(Chore.REMOVE_MODEL, ada, model.id)] if is_due else [])
    await carry_out(house, model)
    assert (await row_of(house, model) is None) is (kept == 0)
    async with house.desk.for_person(ada) as work:
        assert len(await work.assets.page()) == kept


async def test_asking_twice_is_asking_once(house: House, ada: UUID, model: Training) -> None:
    await remove(house, model)
    await remove(house, model)
    assert house.queue.take() == [(Chore.REMOVE_MODEL, ada, model.id)]


async def test_nobody_deletes_what_is_somebody_elses(house: House, model: Training) -> None:
    async with house.desk.for_person(await house.somebody("Eve")) as work:
        with pytest.raises(NotFound):
            await removal.remove(work, model.id)
    row = await row_of(house, model)
    assert row is not None
    assert row.removal_asked_at is None
    await carry_out(house, model)  # a chore that nobody asked for
    assert house.engine.versions == {VERSION}
