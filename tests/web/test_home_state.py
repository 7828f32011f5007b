"""What the home room shows, from the first visit to the first portraits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.domain.order import Order
from portrait_app.domain.selfie import SelfieStatus
from portrait_app.errors import SignedOut
from portrait_app.services import generations, trainings
from portrait_app.web.coming import Coming, on_their_way
from portrait_app.web.create.state import CreateState
from portrait_app.web.home.state import NEWEST, HomeState
from tests.builders import rewrite
from tests.portraits import portraits_of
from tests.web.tabs import happens, signed_up, tab_of

if TYPE_CHECKING:
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def room(ada: SignedIn) -> HomeState:
    return await tab_of(HomeState, ada.token)


async def test_it_greets_by_first_name(room: HomeState) -> None:
    await happens(room, "enter")
    assert (room.greeting, room.running, room.portraits) == ("Hello, Ada", [], [])


@pytest.mark.parametrize(("count", "said"), [(0, ""), (1, "1 photo is in already."), (4, "4 photos are in already.")])
async def test_whoever_has_added_photos_is_told_to_go_on(
    house: House, ada: SignedIn, room: HomeState, count: int, said: str
) -> None:
    await house.draft_with_selfies(ada.owner_id, count)
    await house.draft_with_selfies(ada.owner_id, 1, status=SelfieStatus.REFUSED)
    await house.draft_with_selfies(await house.somebody("Bob"), 2)
    await happens(room, "enter")
    assert room.waiting == said


async def test_what_is_being_learned_is_shown_with_its_photo(house: House, ada: SignedIn, room: HomeState) -> None:
    draft = await house.draft_with_selfies(ada.owner_id)
    async with house.desk.for_person(ada.owner_id) as work:
        await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    await happens(room, "enter")
    (model,) = room.running
    assert model.is_running
    assert "/selfies/0-320.webp" in model.cover
    assert room.waiting == ""


async def test_the_newest_portraits_are_shown_with_those_still_coming(
    house: House, ada: SignedIn, room: HomeState
) -> None:
    model = await house.ready_model(ada.owner_id)
    await portraits_of(house, model, count=NEWEST)
    await portraits_of(house, model, count=2, style="noir", status=AssetStatus.PENDING)
    await happens(room, "enter")
    assert [portrait.is_coming for portrait in room.portraits[:3]] == [True, True, False]
    assert (len(room.portraits), room.coming.words) == (NEWEST, "2 portraits are on their way")


async def test_all_that_are_still_coming_are_counted_and_not_only_those_that_are_shown(
    house: House, ada: SignedIn, room: HomeState
) -> None:
    model = await house.ready_model(ada.owner_id)
    await portraits_of(house, model, count=NEWEST + 8, status=AssetStatus.PENDING)
    made = await portraits_of(house, model, count=NEWEST, style="noir", status=AssetStatus.FETCHING)
    create = await tab_of(CreateState, ada.token)
    for tab in (room, create):
        await happens(tab, "enter")
        assert tab.coming.words == f"{2 * NEWEST + 8} portraits are on their way"
    async with house.desk.for_service(ada.owner_id) as work:
        for asset in made:
            await work.held_pictures.add(asset.id, b"picture")
    await portraits_of(house, model, count=NEWEST)  # newer ones hide none of them
    for tab in (room, create):
        await happens(tab, "enter")
        assert tab.coming.words == f"{NEWEST} portraits are made and come as soon as pictures can be saved again"


async def test_portraits_that_the_engine_lets_us_send_only_later_say_when(
    house: House, ada: SignedIn, room: HomeState
) -> None:
    model = await house.ready_model(ada.owner_id)
    async with house.desk.for_person(ada.owner_id) as work:
        await generations.order(work, model, style="noir", count=2, aspect="1:1")
    ((_, _, order_id),) = house.queue.take()
    await rewrite(house, Order, order_id, waits_until=now() + timedelta(minutes=5))
    await happens(room, "enter")
    assert room.coming == Coming("2 portraits wait for the portrait engine, about 5 min", can_stop=True)


async def test_it_shows_nothing_of_anybody_elses(house: House, room: HomeState) -> None:
    eve = await signed_up(house, "Eve")
    await portraits_of(house, await house.ready_model(eve.owner_id), count=3)
    await happens(room, "enter")
    assert (room.portraits, room.has_ready_model) == ([], False)


async def test_a_tab_without_a_session_sees_nothing(ada: SignedIn) -> None:
    with pytest.raises(SignedOut):
        await happens(await tab_of(HomeState, ""), "enter")


def test_portraits_on_their_way_are_counted_in_words() -> None:
    assert [on_their_way(count) for count in (0, 1, 8)] == [
        "",
        "1 portrait is on its way",
        "8 portraits are on their way",
    ]
