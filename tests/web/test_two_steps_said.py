"""What You says of two steps, and that the last passkey is not taken away while they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.account import Account, Session
from portrait_app.domain.clock import now
from portrait_app.errors import SignedOut
from portrait_app.services import recovery
from portrait_app.services.ways import LastPasskey
from portrait_app.web.you.keyring import KeyringState
from portrait_app.web.you.state import YouState
from tests.builders import rewrite
from tests.web.tabs import happens, tab_of
from tests.web.test_ways import has_passkey

if TYPE_CHECKING:
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


async def took_two(house: House, who: SignedIn) -> None:
    """Let their session have been opened by two steps, and two be asked for."""
    async with house.desk.for_person(who.owner_id) as work:
        (session,) = await work.accounts.sessions()
    await rewrite(house, Session, session.id, took_two_steps=True)
    await rewrite(house, Account, who.owner_id, two_steps_at=now())


async def test_the_room_says_whether_more_than_one_step_is_asked_for_and_how_many_codes_are_left(
    house: House, ada: SignedIn
) -> None:
    room = await tab_of(YouState, ada.token)
    await happens(room, "enter")
    assert room.two_steps == "The password alone opens your account"
    await took_two(house, ada)
    await happens(room, "enter")
    assert room.two_steps == "A passkey is asked for as well. No recovery codes left"
    async with house.desk.for_person(ada.owner_id) as work:
        await recovery.replace(work, ["a hash"])
    await happens(room, "enter")
    assert room.two_steps == "A passkey is asked for as well. 1 recovery code left"


async def test_the_last_passkey_stays_and_the_page_says_why(house: House, ada: SignedIn) -> None:
    keyring = await tab_of(KeyringState, ada.token)
    way = await has_passkey(house, ada.owner_id)
    await took_two(house, ada)
    await happens(keyring, "ask_to_remove", way)
    with pytest.raises(LastPasskey):
        await happens(keyring, "remove")
    await has_passkey(house, ada.owner_id, "Another")
    await happens(keyring, "remove")


async def test_asvs_6_3_3_a_tab_that_took_one_step_shows_nothing_more_once_two_are_asked_for(
    house: House, ada: SignedIn
) -> None:
    room = await tab_of(YouState, ada.token)
    await happens(room, "enter")
    await rewrite(house, Account, ada.owner_id, two_steps_at=now())
    for event, arguments in (("enter", ()), ("choose_theme", ("dark",)), ("end_other_sessions", ())):
        with pytest.raises(SignedOut):
            await happens(room, event, *arguments)
