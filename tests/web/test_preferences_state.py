"""The preferences: each choice is saved at once, shown in other tabs, and refused in words where it isn't offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.preferences import Preferences
from portrait_app.errors import SignedOut
from portrait_app.services import sessions
from portrait_app.web.home.state import HomeState
from portrait_app.web.worn import WornState
from portrait_app.web.you.preferences.state import PreferencesState
from tests.builders import signs_in
from tests.web.tabs import happens, signed_up, tab_of

if TYPE_CHECKING:
    from portrait_app.domain.training import Training
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House

CHOICES = (
    ("choose_locale", ("de-DE",)),
    ("begin_with_style", ("noir",)),
    ("begin_with_aspect", ("1:1",)),
    ("begin_with_count", ("2",)),
    ("be_told", ("first_set", "mail", True)),
)


@pytest.fixture
async def room(ada: SignedIn) -> PreferencesState:
    room = await tab_of(PreferencesState, ada.token)
    await happens(room, "enter")
    return room


async def preferred(house: House, signed: SignedIn) -> Preferences:
    async with house.desk.for_person(signed.owner_id) as work:
        return Preferences.of((await work.accounts.mine()).preferences)


async def test_what_is_chosen_is_kept_and_there_in_another_tab(
    house: House, ada: SignedIn, model: Training, room: PreferencesState
) -> None:
    for event, arguments in (*CHOICES, ("begin_with_model", (str(model.id),))):
        assert await happens(room, event, *arguments) == [None]
    kept = await preferred(house, ada)
    assert (kept.locale, kept.style, kept.aspect, kept.count) == ("de-DE", "noir", "1:1", 2)
    other = await tab_of(PreferencesState, ada.token)
    await happens(other, "enter")
    seen = other.chosen
    assert (seen.locale, seen.style, seen.count, seen.model) == ("de-DE", "noir", "2", str(model.id))
    assert (other.told["first_set.mail"], other.told["failed.mail"]) == (True, True)


async def test_controls_begin_anew_only_for_what_was_chosen_elsewhere(ada: SignedIn, room: PreferencesState) -> None:
    turn = room.turn
    await happens(room, "begin_with_style", "noir")
    await happens(room, "enter")  # its own news
    assert room.turn == turn
    await happens(await tab_of(PreferencesState, ada.token), "begin_with_style", "oil")
    await happens(room, "enter")
    assert (room.turn, room.chosen.style) == (turn + 1, "oil")


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("choose_locale", ("tlh",)),
        ("begin_with_style", ("pixel art",)),
        ("begin_with_aspect", ("100:1",)),
        ("begin_with_count", ("9",)),
        ("begin_with_count", ("-1",)),
        ("begin_with_count", ("9" * 9000,)),
        ("begin_with_model", ("'; --",)),
        ("be_told", ("model_ready", "pigeon", True)),
    ],
)
async def test_what_is_refused_is_said_and_the_controls_show_what_is_kept(
    house: House, ada: SignedIn, room: PreferencesState, event: str, arguments: tuple[object, ...]
) -> None:
    await happens(room, "begin_with_style", "noir")
    turn = room.turn
    (told,) = await happens(room, event, *arguments)
    assert "studio.toast" in str(told)
    assert (room.turn, room.chosen.style) == (turn + 1, "noir")
    assert await preferred(house, ada) == Preferences(style="noir")


async def test_anothers_face_model_is_not_begun_with(house: House, model: Training) -> None:
    eve = await signed_up(house, "Eve")
    room = await tab_of(PreferencesState, eve.token)
    await happens(room, "enter")
    assert room.models == []
    (told,) = await happens(room, "begin_with_model", str(model.id))
    assert "studio.toast" in str(told)
    async with house.desk.for_person(eve.owner_id) as work:
        assert (await work.accounts.mine()).usual_model_id is None


async def test_a_tab_whose_session_has_ended_saves_nothing(house: House, ada: SignedIn, room: PreferencesState) -> None:
    other = await signs_in(house, "ada@example.com")
    tab = await tab_of(PreferencesState, other.token)
    async with house.desk.for_person(ada.owner_id) as work:
        await sessions.end_all(work)
    for event, arguments in CHOICES:
        told = await happens(tab, event, *arguments)
        assert "page.toSignIn" in str(told)
    with pytest.raises(SignedOut):
        await happens(tab, "enter")
    assert await preferred(house, ada) == Preferences()


async def test_every_room_wears_what_was_chosen(ada: SignedIn, room: PreferencesState) -> None:
    await happens(room, "choose_locale", "fr-CA")
    home = await tab_of(HomeState, ada.token)
    await happens(home, "enter")
    assert (await home.get_state(WornState)).look == "auto.265.fr-CA"
