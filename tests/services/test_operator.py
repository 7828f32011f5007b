"""Whose house it is, whom they let in, and what they see of everybody else: figures."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import select

from portrait_app.domain.account import Invite
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.domain.rows import new_id
from portrait_app.services import invites, sessions, trash
from portrait_app.services.accounts import NotInvited, SignUp, TakesNobody
from portrait_app.services.invites import NotOpen, NotYours, TooManyOpen
from portrait_app.services.sessions import digest
from tests.builders import PASSWORD
from tests.portraits import portraits_of
from tools import newcomers

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.database.address import Address
    from tests.builders import House


async def is_operator(house: House, owner_id: UUID) -> bool:
    async with house.desk.for_person(owner_id) as work:
        return await work.accounts.is_operator()


async def join(house: House, email: str, invite: str = "", mode: SignUp = SignUp.INVITE) -> UUID:
    typed = {"name": "Eve", "email": email, "password": PASSWORD, "device": "test"}
    return (await newcomers.signs_up(house.desk, **typed, mode=mode, invite=invite)).owner_id


async def invited(house: House, by: UUID) -> str:
    async with house.desk.for_person(by) as work:
        return await invites.invite(work)


async def test_the_first_account_is_the_operators_and_no_other(house: House) -> None:
    first, second = await house.somebody("Ada"), await house.somebody("Bob")
    assert (await is_operator(house, first), await is_operator(house, second)) == (True, False)


async def test_of_many_first_accounts_at_once_one_is_the_operators(house: House) -> None:
    everybody = await asyncio.gather(*(house.somebody(name) for name in ("Ada", "Bob", "Cyd", "Dot")))
    assert sum([await is_operator(house, each) for each in everybody]) == 1


@pytest.mark.parametrize("mode", [SignUp.CLOSED, SignUp.INVITE])
async def test_of_many_first_accounts_at_once_in_a_house_that_is_not_open_one_is_made(
    house: House, mode: SignUp
) -> None:
    outcomes = await asyncio.gather(
        *(join(house, f"eve{number}@example.com", mode=mode) for number in range(4)), return_exceptions=True
    )
    assert sorted(isinstance(outcome, NotInvited) for outcome in outcomes) == [False, True, True, True]


async def test_the_operator_sees_figures_over_everybody_and_nobody_else_does(house: House, address: Address) -> None:
    ada, bob = await house.somebody("Ada"), await house.somebody("Bob")
    model = await house.ready_model(bob)
    kept, _ = await portraits_of(house, model, count=2)
    await house.draft_with_selfies(bob)
    await portraits_of(house, model, status=AssetStatus.FETCHING)
    async with house.desk.for_person(bob) as work:
        await sessions.open_session(work, "another browser", is_proven=True)
    async with house.desk.for_person(ada) as work:
        assert await work.accounts.usage() == (2, 2, 1, 2)  # what is not begun, or not there yet, is in none
    async with house.desk.for_person(bob) as work:
        await trash.put_portraits(work, [kept.id])
        await trash.put_model(work, model.id)
    async with house.desk.for_person(ada) as work:
        assert await work.accounts.usage() == (2, 2, 0, 1)  # what lies in the Trash is in no figure
        assert await work.trainings.ready() == []  # of Bob's: the figure, and nothing of it
    with psycopg.connect(address.conninfo()) as admin:
        admin.execute("UPDATE app.sessions SET seen_at = now() - interval '8 days' WHERE owner_id = %s", [bob])
    async with house.desk.for_person(ada) as work:
        assert await work.accounts.usage() == (2, 1, 0, 1)
    async with house.desk.for_person(bob) as work:
        assert await work.accounts.usage() is None


async def test_nobody_makes_themselves_the_operator(house: House) -> None:
    await house.somebody("Ada")
    bob = await house.somebody("Bob")
    with pytest.raises(Exception, match="permission denied"):
        async with house.desk.for_person(bob) as work:
            await work.session.execute(text("INSERT INTO app.operators VALUES (:id)"), {"id": bob})


async def _is_past_taking_back(house: House, ada: UUID) -> None:
    async with house.desk.for_person(ada) as work:
        (row,) = (await work.session.scalars(select(Invite))).all()
        with pytest.raises(NotOpen):
            await invites.take_back(work, row.id)


async def test_an_invitation_lets_one_person_in(house: House) -> None:
    ada = await house.somebody("Ada")
    invite = await invited(house, ada)
    await join(house, "eve@example.com", invite)
    await _is_past_taking_back(house, ada)
    for again in (invite, "", "never made"):
        with pytest.raises(NotInvited):
            await join(house, "bob@example.com", again)


async def test_of_two_who_use_an_invitation_at_once_one_is_let_in(house: House) -> None:
    invite = await invited(house, await house.somebody("Ada"))
    outcomes = await asyncio.gather(
        *(join(house, f"eve{number}@example.com", invite) for number in range(3)), return_exceptions=True
    )
    assert [isinstance(outcome, Exception) for outcome in outcomes].count(False) == 1


async def test_an_invitation_runs_out(house: House, address: Address) -> None:
    ada = await house.somebody("Ada")
    invite = await invited(house, ada)
    with psycopg.connect(address.conninfo()) as admin:
        admin.execute("UPDATE app.invites SET expires_at = now()")
    with pytest.raises(NotInvited):
        await join(house, "eve@example.com", invite)
    await _is_past_taking_back(house, ada)


async def test_a_closed_house_takes_no_invitation_and_uses_none_up(house: House) -> None:
    invite = await invited(house, await house.somebody("Ada"))
    with pytest.raises(TakesNobody):
        await join(house, "eve@example.com", invite, SignUp.CLOSED)
    await join(house, "eve@example.com", invite)


async def test_only_the_operator_invites_and_a_row_written_by_another_opens_nothing(house: House) -> None:
    await house.somebody("Ada")
    bob = await house.somebody("Bob")
    with pytest.raises(NotYours):
        await invited(house, bob)
    async with house.desk.for_person(bob) as work:
        work.session.add(Invite(owner_id=bob, token_hash=digest("mine"), expires_at=now() + invites.LIFETIME))
    with pytest.raises(NotInvited):
        await join(house, "eve@example.com", "mine")


async def test_an_invitation_that_was_taken_back_lets_nobody_in_and_makes_room_for_another(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invites, "MOST_OPEN", 2)
    ada = await house.somebody("Ada")
    at_once = await asyncio.gather(*(invited(house, ada) for _ in range(4)), return_exceptions=True)
    gone, used = [each for each in at_once if isinstance(each, str)]
    with pytest.raises(TooManyOpen):
        await invited(house, ada)
    bob = await join(house, "bob@example.com", used)
    async with house.desk.for_person(ada) as work:
        (left,) = await invites.open_ones(work)
    for somebody_else in (bob, new_id()):
        async with house.desk.for_person(somebody_else) as work:
            assert await invites.open_ones(work) == ()
            with pytest.raises(NotOpen):
                await invites.take_back(work, left.id)
    async with house.desk.for_person(ada) as work:
        await invites.take_back(work, left.id)
        assert await invites.open_ones(work) == []
        with pytest.raises(NotOpen):
            await invites.take_back(work, left.id)
    with pytest.raises(NotInvited):
        await join(house, "eve@example.com", gone)
    await invited(house, ada)
