"""Stopping and deleting in the rooms, as any browser may ask: asked once, said at once, nobody else's touched."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from portrait_app.adapters.replicate.errors import Refused
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import AssetStatus, OrderStatus, TrainingStatus
from portrait_app.domain.order import Order, OrderKind
from portrait_app.domain.report import JobReport, Progress
from portrait_app.domain.training import Training
from portrait_app.errors import NotFound, PortraitError, SignedOut
from portrait_app.services import generations, orders, progress
from portrait_app.services.trash import TooLate
from portrait_app.web.create.state import CreateState
from portrait_app.web.home.state import HomeState
from portrait_app.web.train import words
from portrait_app.web.train.state import STOP_SHEET, TrainState
from portrait_app.web.views import TrainingCard
from tests.portraits import portraits_of
from tests.web.tabs import happens, signed_up, tab_of

if TYPE_CHECKING:
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def room(ada: SignedIn) -> TrainState:
    return await tab_of(TrainState, ada.token)


async def learning(house: House, ada: SignedIn) -> tuple[Training, UUID]:
    """A training under way; its order."""
    return await house.training_begun(ada.owner_id)


async def test_a_training_is_stopped_once_it_was_asked_about(house: House, ada: SignedIn, room: TrainState) -> None:
    training, order_id = await learning(house, ada)
    await happens(room, "enter")
    (told,) = await happens(room, "ask_to_stop", str(training.id))
    assert STOP_SHEET in str(told)
    assert house.queue.take() == []
    await happens(room, "stop")
    async with house.desk.for_service(ada.owner_id) as work:  # the engine has not heard of it yet
        late = JobReport("job1", OrderStatus.RUNNING, progress=Progress("Learning your face", 40.0, 6.0))
        await progress.hear(work, order_id, late)
    await happens(room, "enter")
    (card,) = room.running
    assert (card.phase, card.is_stopping, card.time_left) == ("Stopping", True, "")
    assert house.queue.take() == [(Chore.CALL_OFF, ada.owner_id, order_id)]


async def test_what_one_stopped_oneself_is_said_to_be_stopped_and_can_be_tried_again(
    house: House, ada: SignedIn, room: TrainState
) -> None:
    training, order_id = await learning(house, ada)
    await happens(room, "ask_to_stop", str(training.id))
    await happens(room, "stop")
    async with house.desk.for_service(ada.owner_id) as work:
        await progress.end(work, order_id, OrderStatus.CANCELED, trouble=progress.CALLED_OFF, detail="never sent")
    await happens(room, "enter")
    (card,) = room.shelf
    assert (card.is_failed, card.is_stopped, card.trouble) == (True, True, progress.CALLED_OFF)
    await happens(room, "retry", card.id)
    assert (room.shelf, len(room.photos)) == ([], 4)


async def test_one_that_was_finished_first_stays_finished_and_that_is_said(
    house: House, ada: SignedIn, room: TrainState
) -> None:
    training, order_id = await learning(house, ada)
    await happens(room, "ask_to_stop", str(training.id))
    async with house.desk.for_service(ada.owner_id) as work:
        await progress.hear(work, order_id, JobReport("job1", OrderStatus.DONE, version="me/faces:abc"))
    (told,) = await happens(room, "stop")
    assert "finished first" in str(told)
    assert [card.is_ready for card in room.shelf] == [True]


@pytest.mark.parametrize("event", ["ask_to_stop", "delete", "restore"])
@pytest.mark.parametrize("sent", ["", "no id", "7f3c0d5e-2b1a-4c68-9e0f-5a1d2c3b4e5f"])
async def test_whatever_a_browser_sends_as_an_id_finds_nothing(room: TrainState, event: str, sent: str) -> None:
    with pytest.raises((NotFound, TooLate)):
        await happens(room, event, sent)


@pytest.mark.parametrize("event", ["stop", "delete_asked"])
async def test_what_was_not_asked_about_is_not_done(room: TrainState, event: str) -> None:
    with pytest.raises(NotFound):
        await happens(room, event)


async def test_somebody_elses_is_neither_asked_about_nor_touched(house: House, room: TrainState) -> None:
    eve = await signed_up(house, "Eve")
    running, _ = await learning(house, eve)
    ready = await house.ready_model(eve.owner_id)
    for event, target in (("ask_to_stop", running), ("delete", ready)):
        with pytest.raises(NotFound):
            await happens(room, event, str(target.id))
    for event, target in (("stop", running), ("delete_asked", ready)):
        room.asked = str(target.id)  # as if it had been asked about all the same
        with pytest.raises(NotFound):
            await happens(room, event)
    assert house.queue.take() == []


async def test_one_that_is_being_learned_is_not_deleted(house: House, ada: SignedIn, room: TrainState) -> None:
    training, _ = await learning(house, ada)
    with pytest.raises(PortraitError, match="queued"):
        await happens(room, "delete", str(training.id))


@pytest.mark.parametrize("place", [HomeState, CreateState])
async def test_portraits_on_their_way_are_stopped_and_said_to_be(
    house: House, ada: SignedIn, model: Training, place: type[HomeState | CreateState]
) -> None:
    made = await portraits_of(house, model)
    async with house.desk.for_person(ada.owner_id) as work:
        await generations.order(work, model, style="noir", count=2, aspect="1:1")
    ((_, _, order_id),) = house.queue.take()
    tab = await tab_of(place, ada.token)
    await happens(tab, "enter")
    assert (tab.coming.words, tab.coming.can_stop) == ("2 portraits are on their way", True)
    await happens(tab, "stop_portraits")
    await happens(tab, "enter")  # as its news will have it
    assert (tab.coming.words, tab.coming.can_stop) == ("Stopping 2 portraits", False)
    assert house.queue.take() == [(Chore.CALL_OFF, ada.owner_id, order_id)]
    async with house.desk.for_service(ada.owner_id) as work:
        await progress.end(work, order_id, OrderStatus.CANCELED, trouble=progress.CALLED_OFF, detail="never sent")
    await happens(tab, "enter")
    assert tab.coming.words == ""
    async with house.desk.for_person(ada.owner_id) as work:
        assert [asset.id for asset in await work.assets.page()] == [asset.id for asset in made]


async def test_a_picture_that_is_made_already_is_waited_for_and_not_stopped(
    house: House, ada: SignedIn, model: Training
) -> None:
    await portraits_of(house, model, status=AssetStatus.FETCHING)
    tab = await tab_of(HomeState, ada.token)
    await happens(tab, "enter")
    assert (tab.coming.words, tab.coming.can_stop) == ("1 portrait is on its way", False)


@pytest.mark.parametrize("place", [HomeState, CreateState])
async def test_nobody_stops_somebody_elses_portraits(
    house: House, ada: SignedIn, place: type[HomeState | CreateState]
) -> None:
    eve = await signed_up(house, "Eve")
    ready = await house.ready_model(eve.owner_id)
    (row,) = await portraits_of(house, ready, status=AssetStatus.PENDING)
    async with house.desk.for_person(eve.owner_id) as work:
        order = Order(owner_id=eve.owner_id, kind=OrderKind.PREDICTION, training_id=ready.id)
        order.generation_id = row.generation_id
        work.orders.add(order)
    await happens(await tab_of(place, ada.token), "stop_portraits")
    with pytest.raises(SignedOut):
        await happens(await tab_of(place, "made-up"), "stop_portraits")
    assert house.queue.take() == []


@pytest.mark.parametrize(
    ("trouble", "said", "once_they_are_gone"),
    [
        ("No face could be found.", "No face could be found. Your photos are safe.", "No face could be found."),
        (*("It was interrupted. What you have is safe; please try again.",) * 3,),
        (*("The safety check said no. They are safe here; leave some out.",) * 2, "The safety check said no."),
        (*(Refused.hint,) * 2, "Nothing was ordered or charged."),
        (*(progress.NO_MODEL,) * 2, "The training ended without a face model."),
        (*(orders.STOPPED,) * 2, orders.STOPPED.replace("Your photos are safe. ", "")),
        ("", "Your photos are safe.", ""),
    ],
)
def test_that_the_photos_are_safe_is_said_once_and_only_of_such_as_are_there(
    trouble: str, said: str, once_they_are_gone: str
) -> None:
    row = Training(owner_id=UUID(int=1), name="Ada", status=TrainingStatus.FAILED, trouble=trouble)
    assert TrainingCard.of(row).trouble == said
    row.photos_deleted_at = now()
    assert TrainingCard.of(row).trouble == (f"{once_they_are_gone} {words.BEGIN_ANEW}" if trouble else "")
