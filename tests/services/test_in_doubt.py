"""Orders that ended in doubt: settled by what turns up later, and ordered anew by their person's own decision alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from portrait_app.domain.cause import Cause
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.generation import Loss
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus, OrderStatus, TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.errors import NotFound, PortraitError
from portrait_app.services import doubts, generations, progress, strays, trainings
from portrait_app.services.generations import NotInDoubt, NotReady
from portrait_app.services.versions import NotYetGone
from tests.builders import change
from tests.services.losing import let_time_pass, lost, order_of
from tests.services.straying import RUNNING, call_off, hear

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.generation import Asset, Generation
    from portrait_app.domain.order import Order
    from tests.builders import House

ABORTED = JobReport("job1", OrderStatus.FAILED, trouble="Words.", cause=Cause.NOT_IN_TIME, is_free=True)


async def doubtful(
    house: House, owner_id: UUID, kind: OrderKind = OrderKind.PREDICTION, *, is_taken: bool = True
) -> Order:
    """Have an order end in doubt; when it was taken, the list keeps that back until the test says otherwise."""
    order = await lost(house, owner_id, kind, is_taken=is_taken)
    house.engine.unlisted.add("job1")
    await let_time_pass(house, order)
    await house.sender.send(owner_id, order.id)
    assert house.queue.take()[0] == (Chore.CALL_OFF, owner_id, order.id)
    known = await order_of(house, owner_id, order.id)
    assert known.status is OrderStatus.IN_DOUBT
    return known


async def portraits_of(house: House, order: Order) -> tuple[Generation, list[Asset]]:
    assert order.generation_id is not None
    async with house.desk.for_person(order.owner_id) as work:
        return await work.generations.get(order.generation_id), list(await work.assets.of(order.generation_id))


async def try_again(house: House, order: Order) -> UUID:
    """Have the person order anew; return the new order."""
    assert order.generation_id is not None
    async with house.desk.for_person(order.owner_id) as work:
        await generations.try_again(work, order.generation_id)
    ((chore, _, successor),) = house.queue.take()
    assert chore is Chore.SEND_ORDER
    return successor


async def test_portraits_in_doubt_are_ordered_anew_as_a_new_order(house: House, ada: UUID) -> None:
    order = await doubtful(house, ada, is_taken=False)
    successor = await order_of(house, ada, await try_again(house, order))
    assert (successor.retry_of, successor.attempts, successor.tries) == (order.id, 0, 0)
    assert successor.fingerprint != order.fingerprint
    generation, assets = await portraits_of(house, order)
    assert (generation.status, generation.trouble) == (GenerationStatus.PAINTING, None)
    assert [(asset.status, asset.loss) for asset in assets] == [(AssetStatus.PENDING, None)] * 2
    await house.sender.send(ada, successor.id)
    assert len(house.engine.created) == 1
    assert (await order_of(house, ada, order.id)).doubt is not None  # the operator's still


async def test_one_that_turns_up_before_the_new_one_was_sent_takes_its_place_again(house: House, ada: UUID) -> None:
    order = await doubtful(house, ada)
    successor = await try_again(house, order)
    await hear(house, order, RUNNING)
    await house.sender.send(ada, successor)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.RUNNING
    assert (await order_of(house, ada, successor)).status is OrderStatus.CANCELED
    assert (len(house.engine.created), house.engine.canceled) == (1, [])


async def test_one_that_turns_up_after_the_new_one_was_sent_is_called_off(house: House, ada: UUID) -> None:
    order = await doubtful(house, ada)
    successor = await try_again(house, order)
    await house.sender.send(ada, successor)
    house.engine.unlisted.clear()
    house.engine.say("job1", RUNNING)
    await call_off(house, order)
    known = await order_of(house, ada, order.id)
    assert (known.status, known.doubt, known.stray_since) == (OrderStatus.IN_DOUBT, None, None)
    assert house.engine.canceled == ["job1"]
    assert (await order_of(house, ada, successor)).status is OrderStatus.STARTING


async def test_a_training_whose_photos_were_started_anew_is_called_off(house: House, ada: UUID) -> None:
    order = await doubtful(house, ada, OrderKind.TRAINING)
    async with house.desk.for_person(ada) as work:
        await trainings.retry(work, order.training_id)
        await trainings.start(work, order.training_id, name="Ada", trainer="darkroom")
    house.engine.unlisted.clear()
    house.engine.say("job1", RUNNING)
    await call_off(house, order)
    assert house.engine.canceled == ["job1"]
    async with house.desk.for_person(ada) as work:
        assert (await work.trainings.get(order.training_id)).status is TrainingStatus.QUEUED


async def test_of_many_taps_one_orders(house: House, ada: UUID) -> None:
    order = await doubtful(house, ada, is_taken=False)
    taps = await asyncio.gather(*(try_again(house, order) for _ in range(4)), return_exceptions=True)
    assert sorted(type(tap).__name__ for tap in taps) == ["NotInDoubt"] * 3 + ["UUID"]


async def test_news_and_a_tap_at_once_do_not_wait_for_each_other(house: House, ada: UUID) -> None:
    order = await doubtful(house, ada)
    assert order.generation_id is not None

    async def tap() -> None:
        async with house.desk.for_person(ada) as work:
            await generations.try_again(work, order.generation_id or uuid4())

    async with asyncio.timeout(20):
        await asyncio.gather(tap(), hear(house, order, RUNNING), tap(), return_exceptions=True)
    known = await order_of(house, ada, order.id)
    assert known.status is OrderStatus.RUNNING
    for chore, owner_id, row_id in house.queue.take():
        if chore is Chore.SEND_ORDER:
            await house.sender.send(owner_id, row_id)
    assert len(house.engine.created) == 1


async def test_what_is_not_in_doubt_is_not_ordered_anew(house: House, ada: UUID) -> None:
    order = await doubtful(house, ada)
    assert order.generation_id is not None
    with pytest.raises(NotFound):
        async with house.desk.for_person(await house.somebody("Eve")) as work:
            await generations.try_again(work, order.generation_id)
    await hear(house, order, RUNNING)
    for one, error in ((order.generation_id, NotInDoubt), (uuid4(), PortraitError)):
        with pytest.raises(error):
            async with house.desk.for_person(ada) as work:
                await generations.try_again(work, one)
    assert house.queue.take() == []


async def test_nothing_is_ordered_anew_of_a_face_model_that_is_gone(house: House, ada: UUID) -> None:
    order = await doubtful(house, ada)
    assert order.generation_id is not None
    async with house.desk.for_service(ada) as work:
        (await work.trainings.get(order.training_id, lock=True)).removal_asked_at = now()
    with pytest.raises(NotReady):
        async with house.desk.for_person(ada) as work:
            await generations.try_again(work, order.generation_id)


@pytest.mark.parametrize("kind", list(OrderKind))
async def test_a_later_list_that_shows_that_it_was_never_taken_settles_it_in_words(
    house: House, ada: UUID, kind: OrderKind
) -> None:
    order = await doubtful(house, ada, kind, is_taken=False)
    with pytest.raises(NotYetGone):
        await call_off(house, order)
    house.engine.list_is_past = True
    await call_off(house, order)
    await is_known_to_be_nothing(house, order)
    assert not [chore for chore, *_ in house.queue.take() if chore is Chore.SEND_ORDER]  # the person was told


async def test_the_operators_word_that_it_is_nothing_is_the_persons_as_well(house: House, ada: UUID) -> None:
    order = await doubtful(house, ada, is_taken=False)
    await doubts.settle_as_nothing(house.desk, order.id)
    await is_known_to_be_nothing(house, order)


async def is_known_to_be_nothing(house: House, order: Order) -> None:
    known = await order_of(house, order.owner_id, order.id)
    assert (known.status, known.doubt, known.stray_since) == (OrderStatus.FAILED, None, None)
    if order.kind is OrderKind.TRAINING:
        async with house.desk.for_person(order.owner_id) as work:
            training = await work.trainings.get(order.training_id)
        assert (training.status, training.trouble) == (TrainingStatus.FAILED, strays.NOTHING_AFTER_ALL)
        return
    generation, assets = await portraits_of(house, order)
    assert (generation.status, generation.trouble) == (GenerationStatus.FAILED, strays.NOTHING_AFTER_ALL)
    assert {asset.loss for asset in assets} == {Loss.NEVER_TAKEN}
    assert await try_again(house, order)  # as before


async def test_what_no_list_ever_settles_stays_the_operators(house: House, ada: UUID) -> None:
    order = await doubtful(house, ada, is_taken=False)
    await change(house, order, stray_since=now() - strays.LOOKED_FOR[OrderKind.PREDICTION])
    await call_off(house, order)
    known = await order_of(house, ada, order.id)
    assert (known.status, known.stray_since, known.doubt) == (OrderStatus.IN_DOUBT, None, order.doubt)


async def test_one_that_was_called_off_and_never_found_is_the_operators_as_well(house: House, ada: UUID) -> None:
    order = await lost(house, ada, is_taken=False)
    await change(house, order, cancel_asked_at=now())
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.CANCELED
    await change(house, order, stray_since=now() - strays.LOOKED_FOR[OrderKind.PREDICTION])
    await call_off(house, order)
    known = await order_of(house, ada, order.id)
    assert known.stray_since is None
    assert str(order.fingerprint) in (known.doubt or "")


async def test_one_that_turns_up_as_broken_off_at_no_cost_is_ordered_once_more(house: House, ada: UUID) -> None:
    order = await doubtful(house, ada)
    await hear(house, order, ABORTED)
    ((chore, _, successor),) = house.queue.take()
    assert chore is Chore.SEND_ORDER
    assert (await order_of(house, ada, successor)).tries == 1
    assert (await portraits_of(house, order))[0].status is GenerationStatus.PAINTING


async def test_one_that_turns_up_as_failed_says_why(house: House, ada: UUID) -> None:
    order = await doubtful(house, ada)
    await hear(house, order, replace(ABORTED, is_free=False, cause=Cause.SAFETY))
    generation, assets = await portraits_of(house, order)
    assert (generation.status, generation.trouble) == (GenerationStatus.FAILED, "Words.")
    assert {asset.loss for asset in assets} == {Loss.HELD_BACK}
    assert (await order_of(house, ada, order.id)).doubt is None


def test_the_words_say_what_happened_what_is_safe_and_what_to_do_next() -> None:
    for said in ("connection broke", "nothing is charged twice", "what you have is safe", "try again", "a new order"):
        assert said in progress.IN_DOUBT
