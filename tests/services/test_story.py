"""From a draft to kept portraits, one step after the other, with every way the news can come."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import BadInput, NotSent, ReplyLost
from portrait_app.domain.chores import Chore
from portrait_app.domain.generation import Loss
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus, OrderStatus, TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport, Progress
from portrait_app.domain.selfie import SelfieStatus
from portrait_app.services import generations, inbox, progress, selfies, trainings
from portrait_app.services.settling import Unsettled
from tests.builders import WEBHOOK

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.order import Order
    from portrait_app.domain.training import Training
    from tests.builders import House


async def started(house: House, owner_id: UUID) -> tuple[Training, Order]:
    draft = await house.draft_with_selfies(owner_id)
    async with house.desk.for_person(owner_id) as work:
        training = await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    ((chore, owner, order_id),) = house.queue.take()
    assert (chore, owner) == (Chore.SEND_ORDER, owner_id)
    return training, await order_of(house, owner_id, order_id)


async def order_of(house: House, owner_id: UUID, order_id: UUID) -> Order:
    async with house.desk.for_service(owner_id) as work:
        return await work.orders.get(order_id)


async def hear(house: House, owner_id: UUID, order_id: UUID, report: JobReport) -> None:
    async with house.desk.for_service(owner_id) as work:
        await progress.hear(work, order_id, report)


async def training_of(house: House, training: Training) -> Training:
    async with house.desk.for_person(training.owner_id) as work:
        return await work.trainings.get(training.id)


async def test_twelve_uploads_at_once_find_one_draft(house: House, ada: UUID) -> None:
    ids = set()
    for _ in range(3):
        async with house.desk.for_person(ada) as work:
            ids.add((await trainings.draft(work)).id)
    assert len(ids) == 1


async def test_a_training_needs_a_name_and_enough_examined_photos(house: House, ada: UUID) -> None:
    draft = await house.draft_with_selfies(ada, 3)
    async with house.desk.for_person(ada) as work:
        with pytest.raises(trainings.NameMissing):
            await trainings.start(work, draft.id, name=" ", trainer="darkroom")
        with pytest.raises(trainings.TooFewSelfies):
            await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    await house.draft_with_selfies(ada, 1, status=SelfieStatus.EXAMINING)
    async with house.desk.for_person(ada) as work:
        with pytest.raises(trainings.StillLooking):
            await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    assert house.queue.take() == []


async def test_a_training_starts_once_however_often_it_is_asked_for(house: House, ada: UUID) -> None:
    training, _ = await started(house, ada)
    async with house.desk.for_person(ada) as work:
        with pytest.raises(trainings.AlreadyStarted):
            await trainings.start(work, training.id, name="Ada", trainer="darkroom")


async def test_sending_hands_the_photos_over_and_notes_the_job(house: House, ada: UUID) -> None:
    _, order = await started(house, ada)
    await house.sender.send(ada, order.id)
    sent = await order_of(house, ada, order.id)
    assert (sent.status, sent.job_id) == (OrderStatus.STARTING, "job1")
    assert sent.fingerprint == f"http://engine/files/{order.id}.zip"
    assert house.engine.created[0]["webhook"] == WEBHOOK.of(OrderKind.TRAINING, order.id)
    await house.sender.send(ada, order.id)
    assert len(house.engine.created) == 1


async def test_a_call_that_never_left_is_made_again(house: House, ada: UUID) -> None:
    _, order = await started(house, ada)
    house.engine.fails_next = NotSent("connection refused")
    with pytest.raises(NotSent):
        await house.sender.send(ada, order.id)
    await house.sender.send(ada, order.id)
    assert len(house.engine.created) == 1


async def test_a_call_whose_reply_was_lost_is_settled_and_not_repeated(house: House, ada: UUID) -> None:
    _, order = await started(house, ada)
    house.engine.fails_next, house.engine.accepts_all_the_same = ReplyLost("reset"), True
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order.id)
    await house.sender.send(ada, order.id)
    assert len(house.engine.created) == 1
    assert (await order_of(house, ada, order.id)).job_id == "job1"


async def test_a_call_that_may_still_be_on_its_way_is_waited_for(house: House, ada: UUID) -> None:
    _, order = await started(house, ada)
    house.engine.fails_next = ReplyLost("reset")
    for _ in range(2):
        with pytest.raises(Unsettled):
            await house.sender.send(ada, order.id)
    assert house.engine.created == []


async def test_a_refusal_ends_the_training_in_words(house: House, ada: UUID) -> None:
    training, order = await started(house, ada)
    house.engine.fails_next = BadInput("input_images", "no such field")
    await house.sender.send(ada, order.id)
    failed = await training_of(house, training)
    assert failed.status is TrainingStatus.FAILED
    assert failed.trouble


async def test_percent_never_goes_back_and_an_end_stays_an_end(house: House, ada: UUID) -> None:
    training, order = await started(house, ada)
    await house.sender.send(ada, order.id)
    seen = []
    news = [
        JobReport("job1", OrderStatus.RUNNING, progress=Progress("Learning your face", 40.0, 6.0)),
        JobReport("job1", OrderStatus.RUNNING, progress=Progress("Learning your face", 20.0, 8.0)),
        JobReport("job1", OrderStatus.DONE, version="me/faces:abc"),
        JobReport("job1", OrderStatus.RUNNING, progress=Progress("Learning your face", 90.0)),
        JobReport("job1", OrderStatus.FAILED, trouble="late"),
        JobReport("job1", OrderStatus.DONE, version="me/faces:other"),
    ]
    for report in news:
        await hear(house, ada, order.id, report)
        now = await training_of(house, training)
        seen.append((now.status.value, now.percent))
    assert seen == [("learning", 40.0)] * 2 + [("ready", 100.0)] * 4
    assert (await training_of(house, training)).version == "me/faces:abc"


async def test_a_finished_training_orders_a_first_set_of_eight_exactly_once(house: House, ada: UUID) -> None:
    _, order = await started(house, ada)
    await house.sender.send(ada, order.id)
    for _ in range(3):
        await hear(house, ada, order.id, JobReport("job1", OrderStatus.DONE, version="me/faces:abc"))
    async with house.desk.for_person(ada) as work:
        ordered = await work.generations.unfinished()
        portraits = await work.assets.page()
    assert sum(generation.count for generation in ordered) == len(portraits) == generations.FIRST_SET
    assert len({generation.style for generation in ordered}) == len(ordered)
    chores = [chore for chore, _, _ in house.queue.take()]
    assert chores.count(Chore.SEND_ORDER) == len(ordered)
    assert chores.count(Chore.TIDY_ORDER) == 1


async def test_each_portrait_is_fetched_when_it_is_made_and_the_missing_one_is_said(house: House, ada: UUID) -> None:
    training = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        (generation,) = await generations.order(work, training, style="noir", count=3, aspect="1:1")
    ((_, _, order_id),) = house.queue.take()
    await house.sender.send(ada, order_id)
    await hear(house, ada, order_id, JobReport("job1", OrderStatus.RUNNING, outputs=("u0",)))
    await hear(house, ada, order_id, JobReport("job1", OrderStatus.RUNNING, outputs=("u0",)))
    assert [chore for chore, _, _ in house.queue.take()] == [Chore.KEEP_ASSET]
    await hear(house, ada, order_id, JobReport("job1", OrderStatus.DONE, outputs=("u0", "u1")))
    async with house.desk.for_person(ada) as work:
        assets = await work.assets.of(generation.id)
        assert [asset.status for asset in assets] == [AssetStatus.FETCHING, AssetStatus.FETCHING, AssetStatus.LOST]
        assert assets[2].loss == Loss.HELD_BACK
        assert (await work.generations.get(generation.id)).status is GenerationStatus.PAINTING


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_deliveries_may_be_shuffled_and_doubled(house: House, ada: UUID, order: tuple[int, ...]) -> None:
    training = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        (generation,) = await generations.order(work, training, style="noir", count=2, aspect="1:1")
    ((_, _, order_id),) = house.queue.take()
    news = [
        JobReport("job1", OrderStatus.STARTING),
        JobReport("job1", OrderStatus.RUNNING, outputs=("u0",)),
        JobReport("job1", OrderStatus.DONE, outputs=("u0", "u1")),
    ]
    for number in (*order, *order):
        await inbox.take(house.desk, webhook_id=f"w{number}", order_id=order_id, report=news[number])
    assert (await order_of(house, ada, order_id)).status is OrderStatus.DONE
    async with house.desk.for_person(ada) as work:
        assert [asset.source_url for asset in await work.assets.of(generation.id)] == ["u0", "u1"]
    assert len(house.queue.take()) == 2


async def test_news_of_an_order_we_never_made_changes_nothing(house: House, ada: UUID) -> None:
    stranger = JobReport("x", OrderStatus.DONE)
    await inbox.take(house.desk, webhook_id="w", order_id=ada, report=stranger)


async def test_a_report_of_another_job_does_not_touch_the_order(house: House, ada: UUID) -> None:
    training, order = await started(house, ada)
    await house.sender.send(ada, order.id)
    await hear(house, ada, order.id, JobReport("job-of-somebody", OrderStatus.FAILED))
    assert (await training_of(house, training)).status is TrainingStatus.LEARNING


async def test_an_engine_that_makes_four_at_once_gets_two_orders_for_six(house: House, ada: UUID) -> None:
    training = await house.ready_model(ada)
    training.trainer = "flux-dev"
    async with house.desk.for_person(ada) as work:
        ordered = await generations.order(work, training, style="noir", count=6, aspect="1:1")
    assert [generation.count for generation in ordered] == [4, 2]


async def test_a_set_that_is_closed_takes_no_more_changes(house: House, ada: UUID) -> None:
    training, _ = await started(house, ada)
    async with house.desk.for_person(ada) as work:
        selfie = (await work.selfies.of(training.id))[0]
        for change in (selfies.overrule, selfies.remove):
            with pytest.raises(trainings.AlreadyStarted):
                await change(work, selfie.id)


@pytest.mark.parametrize(
    ("style", "count", "aspect"), [("noir", 0, "1:1"), ("noir", 9, "1:1"), ("x", 1, "1:1"), ("noir", 1, "7:1")]
)
async def test_what_is_not_offered_cannot_be_ordered(
    house: House, ada: UUID, style: str, count: int, aspect: str
) -> None:
    training = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        with pytest.raises(generations.UnknownChoice):
            await generations.order(work, training, style=style, count=count, aspect=aspect)
