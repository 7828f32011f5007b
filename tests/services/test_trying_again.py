"""A training that failed becomes a draft again, with everything that was put into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.lifecycle import OrderStatus, TrainingStatus
from portrait_app.domain.report import JobReport
from portrait_app.errors import NotFound
from portrait_app.services import progress, trainings

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.training import Training
    from tests.builders import House


async def failed(house: House, owner_id: UUID) -> Training:
    training, order_id = await house.training_begun(owner_id)
    async with house.desk.for_service(owner_id) as work:
        await progress.hear(work, order_id, JobReport("j1", OrderStatus.FAILED, trouble="No face could be learned."))
    house.queue.take()
    return training


async def test_a_failed_training_is_the_draft_again_with_its_name_and_photos(house: House, ada: UUID) -> None:
    training = await failed(house, ada)
    async with house.desk.for_person(ada) as work:
        await trainings.draft(work)  # the empty one that the room shows
    async with house.desk.for_person(ada) as work:
        await trainings.retry(work, training.id)
    async with house.desk.for_person(ada) as work:
        draft = await trainings.draft(work)
        assert (draft.id, draft.name, draft.trouble, draft.percent) == (training.id, "Ada", None, 0.0)
        assert await work.selfies.count(draft.id) == 4
        again = await trainings.start(work, draft.id, name=draft.name, trainer="darkroom")
        assert again.status is TrainingStatus.QUEUED
    assert len(house.queue.take()) == 1


async def test_photos_that_wait_are_never_mixed_with_those_of_a_failed_training(house: House, ada: UUID) -> None:
    training = await failed(house, ada)
    await house.draft_with_selfies(ada, 2)
    async with house.desk.for_person(ada) as work:
        with pytest.raises(trainings.DraftInTheWay):
            await trainings.retry(work, training.id)
    async with house.desk.for_person(ada) as work:
        assert (await work.trainings.get(training.id)).status is TrainingStatus.FAILED


async def test_only_a_failed_training_of_ones_own_is_tried_again(house: House, ada: UUID) -> None:
    training = await failed(house, ada)
    ready = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        with pytest.raises(trainings.NotFailed):
            await trainings.retry(work, ready.id)
    async with house.desk.for_person(await house.somebody("Eve")) as work:
        with pytest.raises(NotFound):
            await trainings.retry(work, training.id)
