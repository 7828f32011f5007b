"""What one tab chooses in the Create room, and what an order shows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import ModelDiffers, ReplyLost
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.generation import Asset
from portrait_app.domain.lifecycle import AssetStatus, OrderStatus
from portrait_app.errors import NotFound, PortraitError
from portrait_app.services import generations, progress, trainings
from portrait_app.services.generations import NotReady, UnknownChoice
from portrait_app.services.offers import NoPortraits
from portrait_app.services.settling import Unsettled
from portrait_app.web.create.state import CreateState
from tests.builders import rewrite
from tests.portraits import portraits_of
from tests.web.tabs import happens, signed_up, tab_of

if TYPE_CHECKING:
    from portrait_app.domain.training import Training
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def room(ada: SignedIn) -> CreateState:
    return await tab_of(CreateState, ada.token)


async def test_without_a_face_model_there_is_nothing_to_choose(room: CreateState) -> None:
    await happens(room, "enter")
    assert (room.is_here, room.models, room.learning, room.model) == (True, [], [], "")


async def test_a_face_model_that_is_being_learned_is_shown_as_such(
    house: House, ada: SignedIn, room: CreateState
) -> None:
    draft = await house.draft_with_selfies(ada.owner_id)
    async with house.desk.for_person(ada.owner_id) as work:
        await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    await happens(room, "enter")
    assert ([model.id for model in room.learning], room.models) == ([str(draft.id)], [])


async def test_an_order_shows_its_places_at_once(house: House, model: Training, room: CreateState) -> None:
    await happens(room, "enter")
    await happens(room, "choose_style", "noir")
    await happens(room, "choose_aspect", "16:9")
    await happens(room, "choose_count", 3)
    await happens(room, "order")
    assert (room.coming.words[:1], [portrait.style for portrait in room.latest]) == ("3", ["Noir"] * 3)
    assert {portrait.picture.ratio for portrait in room.latest} == {1344 / 768}
    assert [chore for chore, *_ in house.queue.waiting] == [Chore.SEND_ORDER]


async def test_a_face_model_that_does_not_take_what_we_send_is_not_offered_and_that_is_said(
    house: House, model: Training, room: CreateState
) -> None:
    house.engine.refuses_portraits["me/faces:abc"] = ModelDiffers("me/faces:abc", ["it takes no style"])
    others = asyncio.all_tasks()
    await happens(room, "enter")
    assert [card.id for card in room.models] == [str(model.id)]  # the engine hasn't answered yet
    await asyncio.gather(*asyncio.all_tasks() - others)
    with pytest.raises(NoPortraits):
        await happens(room, "order")
    await happens(room, "enter")
    assert (room.models, room.withheld) == ([], "No portraits can be made from Ada just now")
    assert not house.queue.waiting


async def test_an_order_in_doubt_says_so_and_is_ordered_anew_by_ones_own_decision(
    house: House, model: Training, room: CreateState
) -> None:
    await happens(room, "enter")
    await happens(room, "choose_style", "noir")
    await happens(room, "choose_count", 2)
    await happens(room, "order")
    ((_, owner_id, order_id),) = house.queue.take()
    house.engine.fails_next = ReplyLost("reset")
    with pytest.raises(Unsettled):
        await house.sender.send(owner_id, order_id)
    async with house.desk.for_service(owner_id) as work:
        await progress.end_in_doubt(work, order_id, (await work.orders.get(order_id)).sent_at)
    house.queue.take()
    await happens(room, "enter")
    assert [one.headline for one in room.doubtful] == ["In doubt: 2 portraits in Noir"]
    assert (room.lost, room.latest) == ("", [])  # it is said once
    with pytest.raises(UnknownChoice):
        await happens(room, "try_again", "held_back")
    await happens(room, "try_again", room.doubtful[0].loss)
    assert (room.doubtful, len(room.latest)) == ([], 2)
    assert [chore for chore, *_ in house.queue.take()] == [Chore.SEND_ORDER]


async def test_of_several_orders_in_doubt_it_is_said_once_and_all_are_ordered_anew(
    house: House, model: Training, room: CreateState
) -> None:
    for style, count in (("noir", 2), ("oil", 1)):
        async with house.desk.for_person(model.owner_id) as work:
            await generations.order(work, model, style=style, count=count, aspect="1:1")
    for _, owner_id, order_id in house.queue.take():
        async with house.desk.for_service(owner_id) as work:
            row = await work.orders.get(order_id, lock=True)
            row.status, row.sent_at = OrderStatus.SENDING, now()
            await progress.end_in_doubt(work, order_id, row.sent_at)
    house.queue.take()
    await happens(room, "enter")
    assert [one.headline for one in room.doubtful] == ["In doubt: 1 portrait in Oil, 2 in Noir"]
    await happens(room, "try_again", "in_doubt")
    assert (room.doubtful, len(room.latest)) == ([], 3)
    assert [chore for chore, *_ in house.queue.take()] == [Chore.SEND_ORDER] * 2


async def test_what_did_not_come_out_is_said_until_the_next_order(
    house: House, model: Training, room: CreateState
) -> None:
    lost = await portraits_of(house, model, count=2, status=AssetStatus.LOST)
    async with house.desk.for_person(model.owner_id) as work:
        (await work.generations.get(lost[0].generation_id)).trouble = "Both were held back."
    await happens(room, "enter")
    assert (room.lost, room.latest) == ("Both were held back.", [])
    assert room.lost_headline == "None of them came out"
    await rewrite(house, Asset, lost[0].id, status=AssetStatus.KEPT)
    await happens(room, "enter")
    assert (room.lost_headline, room.lost) == ("Not all of them came out", "Both were held back.")


async def test_nothing_is_ordered_from_somebody_elses_face_model(house: House, room: CreateState) -> None:
    eve = await signed_up(house, "Eve")
    theirs = await house.ready_model(eve.owner_id)
    await happens(room, "enter")
    with pytest.raises(NotFound):
        await happens(room, "choose_model", str(theirs.id))
    room.model, room.style = str(theirs.id), "noir"  # as a browser can not, and yet
    with pytest.raises(NotFound):
        await happens(room, "order")
    assert not house.queue.waiting


async def test_nothing_is_ordered_from_a_face_model_still_learned(
    house: House, ada: SignedIn, room: CreateState
) -> None:
    draft = await house.draft_with_selfies(ada.owner_id)
    await happens(room, "enter")
    room.model = str(draft.id)
    with pytest.raises(NotReady):
        await happens(room, "order")


@pytest.mark.parametrize(
    ("event", "argument"),
    [
        ("choose_style", "pixel art"),
        ("choose_aspect", "100:1"),
        ("choose_count", 0),
        ("choose_count", 9),
        ("choose_count", 10**30),
        ("choose_model", "'; --"),
    ],
)
async def test_what_no_page_of_ours_sends_is_refused(room: CreateState, event: str, argument: object) -> None:
    with pytest.raises(PortraitError) as refused:
        await happens(room, event, argument)
    assert isinstance(refused.value, UnknownChoice | NotFound)
