"""The person's own room: name, look, what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.services import accounts
from portrait_app.services.accounts import UnknownLook
from portrait_app.web.you import words
from portrait_app.web.you.state import NAME_FIELD, YouState
from tests.portraits import portraits_of
from tests.web.tabs import happens, tab_of

if TYPE_CHECKING:
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def room(ada: SignedIn) -> YouState:
    room = await tab_of(YouState, ada.token)
    await happens(room, "enter")
    return room


async def test_it_says_who_is_signed_in_and_what_is_kept(house: House, ada: SignedIn, room: YouState) -> None:
    assert (room.name, room.email, room.portraits) == ("Ada Lovelace", "ada@example.com", "None yet")
    await portraits_of(house, await house.ready_model(ada.owner_id), count=3)
    await house.draft_with_selfies(ada.owner_id, 4)
    await happens(room, "enter")
    assert (room.portraits, room.selfies) == ("3 · 21 bytes", "4")


async def test_a_look_is_saved_and_there_in_a_new_tab(house: House, ada: SignedIn, room: YouState) -> None:
    await happens(room, "choose_theme", "dark")
    await happens(room, "choose_hue", 145.0)
    other = await tab_of(YouState, ada.token)
    await happens(other, "enter")
    assert (other.theme, other.hue) == ("dark", 145)
    async with house.desk.for_person(ada.owner_id) as work:
        assert accounts.look_cookie(await work.accounts.mine()) == "dark.145"


async def test_the_slider_is_not_redrawn_under_the_finger_that_moves_it(ada: SignedIn, room: YouState) -> None:
    before = room.hue
    await happens(room, "choose_hue", 30)
    await happens(room, "enter")  # its own news
    assert room.hue == before
    await happens(await tab_of(YouState, ada.token), "choose_hue", 200)  # another device
    await happens(room, "enter")
    assert room.hue == 200


@pytest.mark.parametrize(
    ("event", "argument"),
    [
        ("choose_theme", "pink"),
        ("choose_theme", "dark; Path=/"),
        ("choose_hue", 361),
        ("choose_hue", -1),
        ("choose_hue", 1e300),
    ],
)
async def test_a_look_that_is_not_offered_is_refused(
    house: House, ada: SignedIn, room: YouState, event: str, argument: object
) -> None:
    with pytest.raises(UnknownLook):
        await happens(room, event, argument)
    async with house.desk.for_person(ada.owner_id) as work:
        assert accounts.look_cookie(await work.accounts.mine()) == "auto.265"


async def test_a_name_is_changed_and_an_empty_one_is_said_beside_its_field(room: YouState) -> None:
    await happens(room, "change_name", {NAME_FIELD: "  "})
    assert room.name_trouble
    assert room.name == "Ada Lovelace"
    await happens(room, "change_name", {NAME_FIELD: "Augusta Ada"})
    assert (room.name, room.name_trouble) == ("Augusta Ada", "")


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (45_300, "45 KB"),
        (6_100_000, "6.1 MB"),
        (61_000_000, "61 MB"),
        (2e9, "2.0 GB"),
    ],
)
def test_room_is_said_as_phones_do(count: int, said: str) -> None:
    assert words.size(int(count)) == said
