"""What one tab chooses in the Create room, and what an order shows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import ModelDiffers, ReplyLost
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import AssetStatus, OrderStatus
from portrait_app.domain.styles import STYLES
from portrait_app.errors import NotFound, PortraitError
from portrait_app.services import generations, preferences, progress, removal, trainings
from portrait_app.services.generations import NotReady, UnknownChoice
from portrait_app.services.offers import NoPortraits
from portrait_app.services.settling import Unsettled
from portrait_app.web.create.state import CreateState
from tests.portraits import portraits_of
from tests.web.tabs import goes_to, happens, signed_up, tab_of

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
        await progress.end_in_doubt(work, order_id)
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
            await progress.end_in_doubt(work, order_id)
    house.queue.take()
    await happens(room, "enter")
    assert [one.headline for one in room.doubtful] == ["In doubt: 1 portrait in Oil, 2 in Noir"]
    await happens(room, "try_again", "in_doubt")
    assert (room.doubtful, len(room.latest)) == ([], 3)
    assert [chore for chore, *_ in house.queue.take()] == [Chore.SEND_ORDER] * 2


async def test_the_address_names_the_face_model(house: House, ada: SignedIn, room: CreateState) -> None:
    wanted, _ = await house.ready_model(ada.owner_id), await house.ready_model(ada.owner_id)
    goes_to(room, ada.token, f"/create?model={wanted.id}")
    await happens(room, "enter")
    assert room.model == str(wanted.id)


@pytest.mark.parametrize("named", ["", "nonsense", "7f3c0d5e-2b1a-4c68-9e0f-5a1d2c3b4e5f"])
async def test_an_address_that_names_no_face_model_begins_with_the_newest(
    ada: SignedIn, model: Training, room: CreateState, named: str
) -> None:
    goes_to(room, ada.token, f"/create?model={named}")
    await happens(room, "enter")
    assert room.model == str(model.id)


async def test_a_new_tab_begins_with_what_was_last_ordered(ada: SignedIn, model: Training, room: CreateState) -> None:
    await happens(room, "enter")
    await happens(room, "choose_style", "oil")
    await happens(room, "choose_aspect", "1:1")
    await happens(room, "choose_count", 2)
    await happens(room, "order")
    other = await tab_of(CreateState, ada.token)
    await happens(other, "enter")
    assert (other.model, other.style, other.aspect, other.count) == (str(model.id), "oil", "1:1", 2)


async def test_a_choice_stays_when_one_comes_back(model: Training, room: CreateState) -> None:
    await happens(room, "enter")
    await happens(room, "choose_style", "neon")
    await happens(room, "enter")
    assert room.style == "neon"


async def test_it_begins_as_one_prefers_until_something_is_chosen_in_the_tab(
    house: House, ada: SignedIn, model: Training, room: CreateState
) -> None:
    await house.ready_model(ada.owner_id)  # newer, and so what it would begin with otherwise
    async with house.desk.for_person(ada.owner_id) as work:
        await preferences.begin_with(work, style="noir", aspect="1:1", count=2)
        await preferences.begin_with_model(work, model.id)
    await happens(room, "enter")
    assert (room.model, room.style, room.aspect, room.count) == (str(model.id), "noir", "1:1", 2)
    await happens(room, "choose_style", "oil")
    async with house.desk.for_person(ada.owner_id) as work:
        await preferences.begin_with(work, style="neon", count=8)
    await happens(room, "enter")
    assert (room.style, room.aspect, room.count) == ("oil", "1:1", 8)


async def test_what_was_ordered_once_gives_way_to_what_is_preferred_only_where_something_is(
    house: House, ada: SignedIn, model: Training, room: CreateState
) -> None:
    await happens(room, "enter")
    await happens(room, "choose_style", "oil")
    await happens(room, "choose_count", 1)
    await happens(room, "order")
    async with house.desk.for_person(ada.owner_id) as work:
        await preferences.begin_with(work, style="noir")
    other = await tab_of(CreateState, ada.token)
    await happens(other, "enter")
    assert (other.style, other.count) == ("noir", 1)


async def test_a_face_model_to_begin_with_that_was_deleted_is_not_begun_with(
    house: House, ada: SignedIn, model: Training, room: CreateState
) -> None:
    other = await house.ready_model(ada.owner_id)
    async with house.desk.for_person(ada.owner_id) as work:
        await preferences.begin_with_model(work, model.id)
        await removal.remove(work, model.id)
    await happens(room, "enter")
    assert room.model == str(other.id)


async def test_samples_are_the_studios_until_there_is_a_portrait_of_ones_own(
    model: Training, room: CreateState
) -> None:
    await happens(room, "enter")
    assert {tile.key: tile.sample for tile in room.styles} == {key: f"/showcase/{key}.webp" for key in STYLES}
    assert {tile.tone for tile in room.styles} == {""}


async def test_beside_ones_own_face_no_sample_shows_a_stranger(
    house: House, model: Training, room: CreateState
) -> None:
    await portraits_of(house, model, style="noir")
    (newest,) = await portraits_of(house, model, style="noir")
    other = await house.ready_model(model.owner_id)
    (of_another_face,) = await portraits_of(house, other, style="oil")
    await happens(room, "enter")
    await happens(room, "choose_model", str(model.id))
    tiles = {tile.key: tile for tile in room.styles}
    assert list(tiles) == list(STYLES)
    assert {key for key, tile in tiles.items() if str(newest.id) in tile.sample} == set(STYLES)
    assert {key for key, tile in tiles.items() if tile.tone == key} == set(STYLES) - {"noir"}
    assert str(of_another_face.id) not in str(tiles)


async def test_what_did_not_come_out_is_said_until_the_next_order(
    house: House, model: Training, room: CreateState
) -> None:
    lost = await portraits_of(house, model, count=2, status=AssetStatus.LOST)
    async with house.desk.for_person(model.owner_id) as work:
        (await work.generations.get(lost[0].generation_id)).trouble = "Both were held back."
    await happens(room, "enter")
    assert (room.lost, room.latest) == ("Both were held back.", [])


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
