"""Deleting a face model: what goes and what stays, and nothing that is under way is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import JobVanished
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import AssetStatus, OrderStatus, TrainingStatus
from portrait_app.domain.order import Order, OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.errors import NotFound
from portrait_app.services import (
    cancelling,
    generations,
    painting,
    progress,
    reconcile,
    removal,
    strays,
    trainings,
    vanished,
)
from portrait_app.services.removal import NotYetGone
from tests.builders import rewrite
from tests.portraits import portraits_of
from tests.services.removing import VERSION, carry_out, remove, row_of

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.training import Training
    from tests.builders import House


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
    left = [stored.key for stored in await house.desk.buckets.of(ada).page(most=99)]
    assert {key.split("/")[2] for key in left} == {"portraits"}


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
    training, order_id = await house.training_begun(ada)
    await house.sender.send(ada, order_id)
    async with house.desk.for_person(ada) as work:
        await cancelling.cancel_training(work, training.id)
    await cancelling.call_off(house.desk, house.engine, ada, order_id)  # type: ignore[arg-type] -- a fake
    await remove(house, training)
    with pytest.raises(trainings.NotFailed):
        async with house.desk.for_person(ada) as work:
            await trainings.retry(work, training.id)
    assert house.engine.files
    await carry_out(house, training)
    assert house.engine.files == {}
    row = await row_of(house, training)
    assert row is not None
    assert (row.status, row.removed_at is not None) == (TrainingStatus.CANCELED, True)


async def given_up(house: House, ada: UUID, trouble: str) -> tuple[Training, UUID]:
    """A training whose order, the second of the two, has ended by our own word."""
    training, order_id = await house.training_begun(ada)
    await house.sender.send(ada, order_id)
    async with house.desk.for_service(ada) as work:
        await progress.end(work, order_id, OrderStatus.FAILED, trouble=trouble, detail="for long")
    return training, order_id


async def test_what_a_job_made_that_was_given_up_is_deleted_as_well(house: House, ada: UUID) -> None:
    draft, _ = await given_up(house, ada, reconcile.STUCK)
    await remove(house, draft)
    with pytest.raises(NotYetGone, match="still running"):
        await carry_out(house, draft)
    assert house.engine.canceled == ["job1"]
    house.engine.versions.add(VERSION)
    house.engine.say("job1", JobReport("job1", OrderStatus.DONE, version=VERSION))  # it was faster
    await carry_out(house, draft)
    assert house.engine.versions == set()


async def test_one_that_the_engine_no_longer_knows_holds_nothing_up(house: House, ada: UUID) -> None:
    draft, order_id = await given_up(house, ada, reconcile.VANISHED)
    house.engine.trouble_with["job1"] = JobVanished("404")
    await remove(house, draft)
    with pytest.raises(NotYetGone, match="just now"):
        await carry_out(house, draft)
    await rewrite(house, Order, order_id, unknown_since=now() - vanished.BELIEVED_AFTER)
    with pytest.raises(NotYetGone, match="just now"):  # it may be back, and make a face model
        await carry_out(house, draft)
    await rewrite(house, Order, order_id, sent_at=now() - strays.BACK_WITHIN[OrderKind.TRAINING])
    await carry_out(house, draft)
    row = await row_of(house, draft)
    assert row is not None
    assert row.removed_at is not None


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


async def test_nobody_deletes_what_is_somebody_elses(house: House, model: Training) -> None:
    async with house.desk.for_person(await house.somebody("Eve")) as work:
        with pytest.raises(NotFound):
            await removal.remove(work, model.id)
    row = await row_of(house, model)
    assert row is not None
    assert row.removal_asked_at is None
    await carry_out(house, model)  # a chore that nobody asked for
    assert house.engine.versions == {VERSION}
