"""What the Create room begins with: by the address, by what one prefers, by what was ordered last; and its samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.styles import STYLES
from portrait_app.services import preferences, removal
from portrait_app.web.create.state import CreateState
from tests.portraits import portraits_of
from tests.web.tabs import goes_to, happens, tab_of

if TYPE_CHECKING:
    from portrait_app.domain.training import Training
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def room(ada: SignedIn) -> CreateState:
    return await tab_of(CreateState, ada.token)


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
