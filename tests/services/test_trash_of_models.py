"""A face model in the Trash: nothing is made from it, it comes back, or goes at the engine too."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import pytest

from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus, TrainingStatus
from portrait_app.domain.report import JobReport
from portrait_app.domain.training import Training
from portrait_app.errors import NotFound
from portrait_app.services import cancelling, generations, progress, purging, removal, trainings, trash
from portrait_app.services.trash import TooLate
from tests.portraits import portraits_of
from tests.services.removing import carry_out, row_of
from tests.services.test_cancelling_races import until_somebody_waits
from tests.services.trashing import OVER, do_what_is_due, objects, put_away, put_model_away, set_back, shown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from portrait_app.services.work import Work
    from tests.builders import House

Done = TypeVar("Done")


async def in_another_tab(house: House, owner_id: UUID, act: Callable[[Work], Awaitable[Done]]) -> Done:
    async with house.desk.for_person(owner_id) as other:
        return await act(other)


async def put_away_with_another(house: House, model: Training) -> Training:
    """Put a face model into the Trash and one that was made after it; return that."""
    later = await house.ready_model(model.owner_id)
    for each in (model, later):
        await put_model_away(house, each)
    return later


async def test_nothing_is_made_from_a_face_model_in_the_trash_and_its_portraits_stay(
    house: House, ada: UUID, model: Training
) -> None:
    (portrait,) = await portraits_of(house, model)
    photos = await objects(house, ada)
    await put_model_away(house, model)
    async with house.desk.for_person(ada) as work:
        assert await work.trainings.started() == []
        with pytest.raises(NotFound):
            await generations.order(work, model, style="noir", count=1, aspect="1:1")
        assert [row.id for row in await work.trainings.ready()] == [model.id]  # whose portraits these are
    assert await shown(house, ada) == [portrait.id]
    assert await objects(house, ada) == photos
    assert house.engine.versions
    async with house.desk.for_person(ada) as work:
        await trash.restore_model(work, model.id)
        await generations.order(work, model, style="noir", count=1, aspect="1:1")


async def test_portraits_on_their_way_are_called_off_and_end_as_they_should(
    house: House, ada: UUID, model: Training
) -> None:
    async with house.desk.for_person(ada) as work:
        (generation,) = await generations.order(work, model, style="noir", count=2, aspect="1:1")
    ((_, _, order_id),) = house.queue.take()
    await house.sender.send(ada, order_id)
    await put_model_away(house, model)
    assert house.queue.take() == [(Chore.CALL_OFF, ada, order_id)]
    async with house.desk.for_service(ada) as work:
        await progress.hear(work, order_id, JobReport("job1", OrderStatus.CANCELED))
        assert (await work.generations.get(generation.id)).status.is_final


@pytest.mark.parametrize("act", [trash.restore_all, trash.empty])
async def test_whoever_empties_the_trash_waits_in_line_with_who_deletes_all_photos(
    house: House, ada: UUID, model: Training, act: Callable[[Work], Awaitable[int]]
) -> None:
    """They took the face models in the other order, and Postgres ended one of the two in an error."""
    later = await put_away_with_another(house, model)
    async with house.desk.for_person(ada) as work:
        await work.trainings.get_anywhere(model.id, lock=True)
        coming = asyncio.create_task(in_another_tab(house, ada, act))
        await until_somebody_waits(work)
        await work.trainings.get_anywhere(later.id, lock=True)
    assert await coming == 2


async def test_whoever_stops_all_portraits_waits_in_line_with_who_empties_the_trash(
    house: House, ada: UUID, model: Training
) -> None:
    """They took the orders in the other order, and Postgres ended one of the two in an error."""
    later = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        for each in (model, later):
            await generations.order(work, each, style="noir", count=1, aspect="1:1")

    async with house.desk.for_person(ada) as work:
        await removal.call_off_portraits(work, model.id)
        coming = asyncio.create_task(in_another_tab(house, ada, cancelling.cancel_coming))
        await until_somebody_waits(work)
        await removal.call_off_portraits(work, later.id)
    await coming


@pytest.mark.parametrize(("first", "act"), [(trash.restore_model, trash.empty), (removal.remove, trash.restore_all)])
async def test_what_another_tab_does_with_one_face_model_meanwhile_holds_and_all_others_go_on(
    house: House,
    ada: UUID,
    model: Training,
    first: Callable[[Work, UUID], Awaitable[object]],
    act: Callable[[Work], Awaitable[int]],
) -> None:
    """One that was just brought back was deleted for good, and of one that just went for good all others stayed."""
    await put_away_with_another(house, model)
    async with house.desk.for_person(ada) as work:
        await first(work, model.id)
        await work.session.flush()
        coming = asyncio.create_task(in_another_tab(house, ada, act))
        await until_somebody_waits(work)
    assert await coming == 1
    async with house.desk.for_person(ada) as work:
        is_back = (await work.trainings.get(model.id)).removal_asked_at is None
        assert is_back is (act is trash.empty)
        with pytest.raises(TooLate):
            await trash.delete_model(work, model.id)
        assert await work.trainings.in_trash() == []


async def test_portraits_ordered_of_one_that_came_back_while_the_trash_is_emptied_are_made(
    house: House, ada: UUID, model: Training
) -> None:
    """It stayed, but what was being made from it was called off without a word."""
    later = await put_away_with_another(house, model)
    async with house.desk.for_person(ada) as work:
        await work.trainings.get_anywhere(model.id, lock=True)
        coming = asyncio.create_task(in_another_tab(house, ada, trash.empty))
        await until_somebody_waits(work)
        async with house.desk.for_person(ada) as third:
            await trash.restore_model(third, later.id)
            (generation,) = await generations.order(third, later, style="noir", count=1, aspect="1:1")
    assert await coming == 1
    async with house.desk.for_person(ada) as work:
        order = await work.orders.last_of(generation.id)
        assert (order is not None, order and order.cancel_asked_at) == (True, None)


async def test_one_that_is_still_being_learned_must_be_stopped_first(house: House, ada: UUID) -> None:
    draft = await house.draft_with_selfies(ada)
    with pytest.raises(NotFound):
        await put_model_away(house, draft)
    async with house.desk.for_person(ada) as work:
        await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    with pytest.raises(removal.StillLearning):
        await put_model_away(house, draft)


async def test_a_face_that_turns_up_late_in_the_trash_is_not_learned_after_all(house: House, ada: UUID) -> None:
    training, order_id = await house.training_begun(ada)
    await house.sender.send(ada, order_id)
    async with house.desk.for_service(ada) as work:
        await progress.end(work, order_id, OrderStatus.FAILED, trouble="too late", detail="")
    await put_model_away(house, training)
    async with house.desk.for_service(ada) as work:
        await progress.hear(work, order_id, JobReport("job1", OrderStatus.DONE, version="me/faces:late"))
        assert (await work.trainings.get(training.id)).status is TrainingStatus.FAILED
        assert (await work.orders.get(order_id)).version == "me/faces:late"  # deleted with the face model


async def test_after_thirty_days_a_face_model_goes_at_the_engine_too_and_is_seen_to_go(
    house: House, ada: UUID, model: Training
) -> None:
    (portrait,) = await portraits_of(house, model)
    await put_model_away(house, model)
    assert await do_what_is_due(house) == []
    await purging.purge_model(house.desk, ada, model.id)  # a chore of when it lay there before, and was restored
    assert house.queue.take() == []
    await set_back(house, Training, model.id, ada, deleted_at=now() - OVER)
    async with house.desk.for_person(ada) as work:
        with pytest.raises(TooLate):  # past its time, though nobody came to purge it yet
            await trash.restore_model(work, model.id)
    assert await do_what_is_due(house) == [Chore.PURGE_MODEL]
    assert house.queue.take() == [(Chore.REMOVE_MODEL, ada, model.id)]
    async with house.desk.for_person(ada) as work:
        (line,) = await work.trainings.started()
        assert (line.id, line.is_offered, line.removal_asked_at is not None) == (model.id, False, True)
    with pytest.raises(NotFound):  # it is no more to be put away, nor brought back
        await put_model_away(house, model)
    await carry_out(house, model)
    assert house.engine.versions == set()
    assert {key.split("/")[2] for key in await objects(house, ada)} == {"portraits"}
    assert await shown(house, ada) == [portrait.id]
    row = await row_of(house, model)
    assert row is not None
    assert row.removed_at is not None


async def test_a_face_model_stays_a_line_while_a_portrait_of_it_lies_in_the_trash(
    house: House, ada: UUID, model: Training
) -> None:
    (portrait,) = await portraits_of(house, model)
    await put_away(house, portrait)
    async with house.desk.for_person(ada) as work:
        await removal.remove(work, model.id)
    await carry_out(house, model)
    await set_back(house, Training, model.id, ada, removed_at=now() - timedelta(days=9))
    await carry_out(house, model)  # its row would take the portrait's along
    async with house.desk.for_person(ada) as work:
        await trash.restore_portraits(work, [portrait.id])
    assert await shown(house, ada) == [portrait.id]
