"""The ways into an account, as the person's own room lists them, and takes them away."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlmodel import update

from portrait_app.domain.account import Account
from portrait_app.domain.identity import Identity
from portrait_app.domain.passkey import Passkey
from portrait_app.errors import NotFound
from portrait_app.services import fresh, sessions
from portrait_app.services.fresh import NotFresh
from portrait_app.services.ways import LastWayIn
from portrait_app.settings import Settings
from portrait_app.web import house as web_house
from portrait_app.web.you.keyring import NAME_FIELD, KeyringState
from portrait_app.web.you.state import YouState
from tests.web.tabs import happens, signed_up, tab_of

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.services.sessions import SignedIn
    from tests.builders import House

GITHUB = {"GITHUB_CLIENT_ID": "studio", "GITHUB_CLIENT_SECRET": "secret"}


async def has_passkey(house: House, owner_id: UUID, name: str = "My phone") -> str:
    passkey = Passkey(owner_id=owner_id, name=name, credential_id=secrets.token_bytes(16), public_key=b"a public key")
    async with house.desk.for_person(owner_id) as work:
        work.session.add(passkey)
    return str(passkey.id)


async def has_github(house: House, owner_id: UUID) -> str:
    identity = Identity(
        owner_id=owner_id, provider="github", issuer="https://github.com", subject="42", label="ada@example.com"
    )
    async with house.desk.for_person(owner_id) as work:
        work.session.add(identity)
    return str(identity.id)


@pytest.fixture
async def room(ada: SignedIn, monkeypatch: pytest.MonkeyPatch) -> YouState:
    monkeypatch.setattr(web_house.workshop(), "settings", Settings.model_validate(GITHUB))
    return await tab_of(YouState, ada.token)


@pytest.fixture
async def keyring(ada: SignedIn, room: YouState) -> KeyringState:
    return await tab_of(KeyringState, ada.token)


async def test_the_room_lists_every_way_in_and_offers_what_is_not_one_yet(
    house: House, ada: SignedIn, room: YouState
) -> None:
    await happens(room, "enter")
    assert (room.ways, [offer.label for offer in room.offers]) == ([], ["Add GitHub"])
    assert room.has_password
    await has_passkey(house, ada.owner_id)
    await has_github(house, ada.owner_id)
    await happens(room, "enter")
    assert [(way.name, way.said) for way in room.ways] == [
        ("My phone", "Passkey. Not used yet"),
        ("GitHub", "ada@example.com. Not used yet"),
    ]
    assert room.offers == []


async def test_a_passkey_is_renamed_in_its_sheet(
    house: House, ada: SignedIn, room: YouState, keyring: KeyringState
) -> None:
    way = await has_passkey(house, ada.owner_id)
    await happens(keyring, "ask_to_rename", way)
    assert keyring.chosen_name == "My phone"
    await happens(keyring, "rename", {NAME_FIELD: " Old phone "})
    await happens(room, "enter")
    assert [each.name for each in room.ways] == ["Old phone"]


async def test_ways_are_removed_until_one_is_left(
    house: House, ada: SignedIn, room: YouState, keyring: KeyringState
) -> None:
    async with house.desk.for_person(ada.owner_id) as work:
        await work.session.execute(update(Account).values(password_hash=""))
    passkey, github = await has_passkey(house, ada.owner_id), await has_github(house, ada.owner_id)
    async with house.desk.for_person(ada.owner_id) as work:
        elsewhere = await sessions.open_session(work, "a lost phone", is_proven=False)
    await happens(keyring, "ask_to_remove", github)
    assert keyring.chosen_name == "GitHub"
    await happens(keyring, "remove")
    assert await sessions.who(house.desk, elsewhere.token) is None
    await happens(keyring, "ask_to_remove", passkey)
    with pytest.raises(LastWayIn):
        await happens(keyring, "remove")
    await happens(room, "enter")
    assert [way.name for way in room.ways] == ["My phone"]
    assert not room.has_password


async def test_a_way_in_is_taken_away_only_soon_after_signing_in(
    house: House, ada: SignedIn, room: YouState, keyring: KeyringState, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = await has_passkey(house, ada.owner_id)
    await happens(keyring, "ask_to_remove", way)
    monkeypatch.setattr(fresh, "FRESH", timedelta(seconds=-1))
    for event, arguments in (("ask_to_remove", [way]), ("remove", [])):
        with pytest.raises(NotFresh):
            await happens(keyring, event, *arguments)
    await happens(room, "enter")
    assert [each.id for each in room.ways] == [way]


async def test_what_is_anothers_is_neither_shown_nor_touched(house: House, keyring: KeyringState) -> None:
    bob = await signed_up(house, "Bob")
    for way in (await has_passkey(house, bob.owner_id), await has_github(house, bob.owner_id), "no id at all"):
        for event in ("ask_to_rename", "ask_to_remove"):
            with pytest.raises(NotFound):
                await happens(keyring, event, way)
    for event, arguments in (("rename", [{NAME_FIELD: "mine"}]), ("remove", [])):
        with pytest.raises(NotFound):
            await happens(keyring, event, *arguments)
