"""Who waits to be let in, and who is invited, in the room of whoever runs the studio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from portrait_app.domain.events import CHANNEL, News
from portrait_app.domain.rows import identified
from portrait_app.errors import NotFound
from portrait_app.services import accounts
from portrait_app.services.accounts import NotInvited, SignUp
from portrait_app.services.admitting import NobodyWaits
from portrait_app.services.invites import NotOpen
from portrait_app.settings import Settings
from portrait_app.web import house as web_house
from portrait_app.web.you.admitting import AdmittingState
from portrait_app.web.you.state import YouState
from tests.builders import PASSWORD, signs_in
from tests.web.tabs import happens, signed_up, tab_of

if TYPE_CHECKING:
    from portrait_app.database.address import Address
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def room(ada: SignedIn) -> YouState:
    return await tab_of(YouState, ada.token)


async def waits(house: House, name: str) -> None:
    """Have somebody wait to be let in."""
    typed = {"name": name, "email": f"{name.lower()}@example.com", "password": PASSWORD}
    account = await accounts.ask_for_account(house.desk, **typed, mode=SignUp.OPEN, invite="")
    await accounts.make_account(house.desk, account, SignUp.OPEN, "")


async def test_the_operator_lets_in_one_who_waits_and_turns_another_away(
    house: House, ada: SignedIn, room: YouState
) -> None:
    await waits(house, "Bob")
    await waits(house, "Eve")
    await happens(room, "enter")
    bob, eve = room.waiting
    assert [(each.name, each.email) for each in (bob, eve)] == [("Bob", "bob@example.com"), ("Eve", "eve@example.com")]
    door = await tab_of(AdmittingState, ada.token)
    await happens(door, "let_in", bob.id)
    await happens(door, "ask_to_turn_away", eve.id)
    assert door.chosen_name == "Eve"
    await happens(door, "turn_away")
    await happens(room, "enter")
    assert room.waiting == []
    assert (await signs_in(house, "bob@example.com")).owner_id == identified(bob.id)
    for event, who in (("let_in", eve.id), ("let_in", "x")):
        with pytest.raises((NobodyWaits, NotFound)):
            await happens(door, event, who)


async def test_of_many_the_first_are_shown_and_the_others_counted(
    house: House, room: YouState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portrait_app.services.admitting.MOST_SHOWN", 2)
    for more, name in enumerate(("Bob", "Cyd", "Dot", "Eve"), start=-1):
        await waits(house, name)
        await happens(room, "enter")
        assert room.more_waiting == max(0, more)
    assert [each.name for each in room.waiting] == ["Bob", "Cyd"]


async def test_where_mails_are_sent_nobody_waits_for_the_operator(
    house: House, ada: SignedIn, room: YouState, monkeypatch: pytest.MonkeyPatch
) -> None:
    await waits(house, "Bob")
    await happens(room, "enter")
    (bob,) = room.waiting
    door = await tab_of(AdmittingState, ada.token)
    await happens(door, "ask_to_turn_away", bob.id)
    posting = Settings.model_validate({"REPLICATE_API_TOKEN": None, "SMTP_HOST": "mail.studio.test"})
    monkeypatch.setattr(web_house.workshop(), "settings", posting)
    await happens(room, "enter")
    assert room.waiting == []
    for event, *who in (("let_in", bob.id), ("ask_to_turn_away", bob.id), ("turn_away",)):
        with pytest.raises(NobodyWaits):
            await happens(door, event, *who)


async def test_nobody_else_sees_who_waits_or_lets_them_in(house: House, ada: SignedIn, room: YouState) -> None:
    await waits(house, "Bob")
    await happens(room, "enter")
    (bob,) = room.waiting
    eve = await signed_up(house, "Eve")
    hers = await tab_of(YouState, eve.token)
    await happens(hers, "enter")
    assert hers.waiting == []
    door = await tab_of(AdmittingState, eve.token)
    for event in ("let_in", "ask_to_turn_away"):
        with pytest.raises((NobodyWaits, NotFound)):
            await happens(door, event, bob.id)
    await happens(room, "enter")
    assert [each.id for each in room.waiting] == [bob.id]


async def test_the_operator_takes_an_invitation_back_that_nobody_has_used(
    house: House, ada: SignedIn, room: YouState
) -> None:
    for _ in range(2):
        await happens(room, "invite")
    await happens(room, "enter")
    assert len(room.invites) == 2
    newest = room.invites[0]
    door = await tab_of(AdmittingState, ada.token)
    await happens(door, "ask_to_take_back", newest.id)
    assert door.invited_at == newest.since  # the question says which of many
    await happens(door, "take_back")
    with pytest.raises(NotInvited):
        await accounts.require_open(house.desk, SignUp.INVITE, room.invite_link.partition("invite=")[2])
    for event, *which in (("ask_to_take_back", newest.id), ("take_back",)):
        with pytest.raises(NotOpen):
            await happens(door, event, *which)
    await happens(room, "enter")
    assert newest.id not in {each.id for each in room.invites}
    assert len(room.invites) == 1


async def test_an_invitation_that_ran_out_while_it_was_listed_leaves_the_list_as_soon_as_it_is_tapped(
    ada: SignedIn, room: YouState, address: Address
) -> None:
    await happens(room, "invite")
    await happens(room, "enter")
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute("UPDATE app.invites SET expires_at = now()")
        admin.execute(f"LISTEN {CHANNEL}")
        with pytest.raises(NotOpen):
            await happens(await tab_of(AdmittingState, ada.token), "ask_to_take_back", room.invites[0].id)
        told = [News.from_text(notice.payload) for notice in admin.notifies(timeout=10, stop_after=1)]
    assert [(each.noun, each.owner_id) for each in told] == [("account", ada.owner_id)]
