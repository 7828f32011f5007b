"""Jobs that the engine broke off are made once more where that costs nothing, and news may come in any order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portrait_app.adapters.replicate.wire import report_of
from portrait_app.domain.cause import Cause
from portrait_app.domain.chores import Chore
from portrait_app.domain.generation import Loss
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus, OrderStatus, TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import generations, progress, trainings
from tests.services.straying import sent

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.generation import Generation
    from tests.builders import House

WORDS = "The portrait engine was interrupted."
INTERRUPTED = JobReport("", OrderStatus.FAILED, trouble=WORDS, cause=Cause.INTERRUPTED, is_free=True)


async def ordered(house: House, owner_id: UUID, count: int = 2) -> tuple[Generation, UUID]:
    training = await house.ready_model(owner_id)
    async with house.desk.for_person(owner_id) as work:
        (generation,) = await generations.order(work, training, style="noir", count=count, aspect="1:1")
    ((_, _, order_id),) = house.queue.take()
    return generation, order_id


async def hear(house: House, owner_id: UUID, order_id: UUID, report: JobReport) -> None:
    async with house.desk.for_service(owner_id) as work:
        await progress.hear(work, order_id, report)


def job(number: int, like: JobReport = INTERRUPTED, **more: Any) -> JobReport:
    return replace(like, job_id=f"job{number}", **more)


async def next_order(house: House) -> UUID | None:
    orders = [row for chore, _, row in house.queue.take() if chore is Chore.SEND_ORDER]
    return orders[0] if orders else None


async def test_an_interrupted_training_is_ordered_anew_once_and_then_said(house: House, ada: UUID) -> None:
    draft = await house.draft_with_selfies(ada)
    async with house.desk.for_person(ada) as work:
        await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    order_id = await next_order(house)
    for number in (1, 2):
        assert order_id
        await house.sender.send(ada, order_id)
        await hear(house, ada, order_id, job(number))
        await hear(house, ada, order_id, job(number))  # twice is once
        first, order_id = order_id, await next_order(house)
        if order_id:
            async with house.desk.for_service(ada) as work:
                second = await work.orders.get(order_id)
                assert (second.retry_of, second.tries) == (first, 1)
                assert (await work.trainings.get(draft.id)).status is TrainingStatus.LEARNING
    assert order_id is None
    async with house.desk.for_person(ada) as work:
        training = await work.trainings.get(draft.id)
    assert (training.status, training.trouble) == (TrainingStatus.FAILED, WORDS)


async def test_an_interrupted_order_of_portraits_is_made_anew_with_another_seed(house: House, ada: UUID) -> None:
    generation, order_id = await ordered(house, ada)
    await house.sender.send(ada, order_id)
    await hear(house, ada, order_id, job(1, cause=Cause.NOT_IN_TIME))
    second = await next_order(house)
    assert second
    await house.sender.send(ada, second)
    seeds = {asked["input"]["seed"] for asked in house.engine.created}
    assert len(seeds) == 2
    await hear(house, ada, second, JobReport("job2", OrderStatus.DONE, outputs=("u0", "u1")))
    async with house.desk.for_person(ada) as work:
        assert {asset.status for asset in await work.assets.of(generation.id)} == {AssetStatus.FETCHING}


async def test_portraits_that_are_interrupted_twice_are_ordered_anew_once_and_then_said(
    house: House, ada: UUID
) -> None:
    generation, order_id = await ordered(house, ada)
    await house.sender.send(ada, order_id)
    await hear(house, ada, order_id, job(1))
    second = await next_order(house)
    assert second
    async with house.desk.for_service(ada) as work:
        order = await work.orders.get(second)
    assert (order.retry_of, order.tries, order.attempts) == (order_id, 1, 1)
    await house.sender.send(ada, second)
    for _ in range(2):  # twice is once
        await hear(house, ada, second, job(2))
    assert (await next_order(house), len(house.engine.created)) == (None, 2)
    async with house.desk.for_person(ada) as work:
        ended = await work.generations.get(generation.id)
        assert {asset.loss for asset in await work.assets.of(generation.id)} == {Loss.NOT_MADE}
    assert (ended.status, ended.trouble) == (GenerationStatus.FAILED, WORDS)


@pytest.mark.parametrize("kind", OrderKind)
@pytest.mark.parametrize(
    ("said", "is_free"),
    [
        ({"started_at": None, "metrics": {}}, True),
        ({"started_at": "2026-01-02T05:10:35Z", "metrics": {"predict_time": 0}}, True),
        ({"started_at": "2026-01-02T05:10:35Z", "metrics": {"predict_time": 0.1}}, False),
        ({"metrics": {}}, False),
        ({"status": "aborted", "error": None}, True),
    ],
    ids=["never began", "no time of work", "some", "nobody says", "aborted"],
)
async def test_what_the_engine_says_of_an_interrupted_job_decides_for_trainings_and_portraits_alike(
    house: House, ada: UUID, kind: OrderKind, said: dict[str, Any], is_free: bool
) -> None:
    order = await sent(house, ada, kind)
    body = {"id": "job1", "status": "failed", "error": "Prediction interrupted; please retry (code: PA)"} | said
    await hear(house, ada, order.id, report_of(kind, body))
    assert (await next_order(house) is not None) == is_free


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(job(1, is_free=False), id="it-cost-something"),
        pytest.param(job(1, cause=Cause.MEMORY), id="it-would-fail-again"),
        pytest.param(job(1, cause=Cause.SAFETY), id="it-was-held-back"),
        pytest.param(job(1, outputs=("u0",)), id="it-brought-something"),
    ],
)
async def test_what_is_not_free_of_doubt_is_said_and_not_ordered_again(
    house: House, ada: UUID, report: JobReport
) -> None:
    generation, order_id = await ordered(house, ada)
    await house.sender.send(ada, order_id)
    await hear(house, ada, order_id, report)
    assert await next_order(house) is None
    async with house.desk.for_person(ada) as work:
        assert (await work.generations.get(generation.id)).trouble == WORDS


@pytest.mark.parametrize("outputs", [(), ("u0",)])
async def test_fewer_than_ordered_were_held_back(house: House, ada: UUID, outputs: tuple[str, ...]) -> None:
    generation, order_id = await ordered(house, ada)
    await house.sender.send(ada, order_id)
    await hear(house, ada, order_id, JobReport("job1", OrderStatus.DONE, outputs=outputs))
    async with house.desk.for_person(ada) as work:
        losses = [asset.loss for asset in await work.assets.of(generation.id) if asset.loss]
        ended = await work.generations.get(generation.id)
    assert losses == [Loss.HELD_BACK] * (2 - len(outputs))
    if not outputs:
        assert ended.status is GenerationStatus.FAILED
        assert (ended.trouble or "").startswith("Both were held back by the safety check.")


STORY = [
    job(1, JobReport("", OrderStatus.STARTING)),
    job(1, JobReport("", OrderStatus.RUNNING)),
    job(1, JobReport("", OrderStatus.RUNNING, outputs=("u0",))),
    job(1, JobReport("", OrderStatus.RUNNING, outputs=("u0", "u1"))),
    job(1, JobReport("", OrderStatus.DONE, outputs=("u0", "u1", "u2"))),
]
STRANGE = [job(9, JobReport("", OrderStatus.FAILED, trouble="x")), job(9, JobReport("", OrderStatus.DONE))]
SHUFFLED = st.lists(st.sampled_from(STORY + STRANGE), max_size=12)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(news=SHUFFLED)
async def test_however_news_is_shuffled_and_doubled_the_end_is_the_same(
    house: House, ada: UUID, news: list[JobReport]
) -> None:
    number = len(house.engine.created) + 1
    generation, order_id = await ordered(house, ada, 3)
    await house.sender.send(ada, order_id)
    steps = []
    for report in [*news, STORY[-1], *news]:
        name = f"job{number}" if report.job_id == "job1" else "stranger"
        await hear(house, ada, order_id, replace(report, job_id=name))
        async with house.desk.for_service(ada) as work:
            steps.append(list(OrderStatus).index((await work.orders.get(order_id)).status))
    assert steps == sorted(steps)
    async with house.desk.for_person(ada) as work:
        assets = await work.assets.of(generation.id)
    assert [(asset.status, asset.source_url) for asset in assets] == [(AssetStatus.FETCHING, f"u{n}") for n in range(3)]
    chores = [chore for chore, _, _ in house.queue.take()]
    assert chores == [Chore.KEEP_ASSET] * 3
