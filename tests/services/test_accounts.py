"""Signing up, in and out."""

from __future__ import annotations

from email.errors import HeaderDefect
from email.headerregistry import Address
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from portrait_app.database.address import Role
from portrait_app.errors import SignedOut
from portrait_app.services import complaints, sessions, signing_in
from portrait_app.services.complaints import WrongInput
from tests.builders import PASSWORD, signs_in
from tools import newcomers

if TYPE_CHECKING:
    from tests.builders import House


async def sign_up(house: House, **changes: Any) -> sessions.SignedIn:
    typed: dict[str, Any] = {
        "name": "Ada",
        "email": "Ada@Example.com ",
        "password": PASSWORD,
        "device": "test",
        **changes,
    }
    return await newcomers.signs_up(house.desk, **typed)


async def test_whoever_signs_up_is_known_by_their_token_until_they_sign_out(house: House) -> None:
    signed = await sign_up(house)
    someone = await sessions.who(house.desk, signed.token)
    assert someone is not None
    assert someone.owner_id == signed.owner_id
    await sessions.end_former(house.desk, signed.token)
    assert await sessions.who(house.desk, signed.token) is None


async def test_an_address_is_the_same_however_it_is_written(house: House) -> None:
    signed = await sign_up(house)
    again = await signs_in(house, " ADA@example.com", "test")
    assert again.owner_id == signed.owner_id
    assert again.token != signed.token


async def test_an_address_is_taken_once(house: House) -> None:
    ada = (await sign_up(house)).owner_id
    with pytest.raises(SignedOut):
        await sign_up(house, name="Eve", password="nine blue umbrellas")
    assert (await signs_in(house, "ada@example.com")).owner_id == ada


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "  "),
        ("name", "x" * 81),
        ("email", "ada"),
        ("email", "ada@localhost"),
        ("email", "a b@example.com"),
        ("password", "short"),
        ("password", "x" * 257),
    ],
)
async def test_what_cannot_be_taken_is_said_of_its_field(house: House, field: str, typed: str) -> None:
    with pytest.raises(WrongInput) as refused:
        await sign_up(house, **{field: typed})
    assert list(refused.value.fields) == [field]


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer_for_the_same_work(house: House) -> None:
    await sign_up(house)
    asked: list[str] = []
    engine = house.desk.database._engines[Role.USER].sync_engine

    def heard(*told: Any) -> None:
        asked.append(told[2])

    event.listen(engine, "before_cursor_execute", heard)
    answers = []
    for email, password in (("ada@example.com", "not the password"), ("nobody@example.com", PASSWORD)):
        with pytest.raises(WrongInput) as refused:
            await signing_in.sign_in(house.desk, email=email, password=password, device="test")
        answers.append((refused.value.fields, asked.copy()))
        asked.clear()
    event.remove(engine, "before_cursor_execute", heard)
    assert answers[0] == answers[1]
    assert not [statement for statement in answers[0][1] if "FOR UPDATE" in statement]  # a lock on a row that is there


@pytest.mark.parametrize("token", ["", "x", "\x00", "é" * 50])
async def test_a_token_that_was_never_given_out_is_nobodys(house: House, token: str) -> None:
    assert await sessions.who(house.desk, token) is None


async def test_what_cannot_be_seen_is_not_kept_and_breaks_nothing(house: House) -> None:
    signed = await sign_up(house, name="A\x00da\u202e", email="a\x00da@example.com")
    async with house.desk.for_person(signed.owner_id) as work:
        account = await work.accounts.mine()
    assert (account.name, account.email) == ("Ada", "ada@example.com")
    with pytest.raises(WrongInput):
        await signing_in.sign_in(house.desk, email="\x00", password="\x00" * 12, device="")


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("a..b@example.com", "look like"),
        (".a@example.com", "look like"),
        ("a.@example.com", "look like"),
        ("a@example..com", "look like"),
        (f"{'a' * 65}@example.com", "look like"),
        ("zoë@example.com", "from a to z"),
        ("a.b+c@example.com", ""),
        ("a@exämple.com", ""),
        (f"{'a' * 64}@example.com", ""),
    ],
)
def test_an_address_that_no_mail_of_ours_can_reach_is_said_so(email: str, words: str) -> None:
    """Somebody with one would wait for a mail that is never sent."""
    complaint = complaints.about_email(email)
    assert words in complaint
    assert bool(words) == bool(complaint)
    if not words:
        Address(addr_spec=email)
    elif email.endswith("@example.com") and len(email) < 70:
        with pytest.raises((HeaderDefect, ValueError)):
            Address(addr_spec=email)
