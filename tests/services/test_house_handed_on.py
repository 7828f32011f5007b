"""The operator leaves, and others are there: the house is the next one's, no stranger's, and nobody loses a thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from portrait_app.database.accounts import appoint_operator
from portrait_app.services.accounts import NotInvited, SignUp
from tests.builders import PASSWORD
from tests.services.test_operator import is_operator, join
from tools import newcomers

if TYPE_CHECKING:
    from uuid import UUID

    from tests.builders import House
    from tests.services.emptying import Studio


async def _leaves(studio: Studio, owner_id: UUID) -> None:
    """As if a week ago, when theirs was the only account, they had asked to."""
    with psycopg.connect(studio.address.conninfo()) as admin:
        admin.execute("UPDATE app.accounts SET leave_at = now() - interval '1 hour' WHERE id = %s", [owner_id])
    await studio.parting.carry_out(owner_id, owner_id)


async def test_the_operators_house_is_handed_on_to_who_has_been_in_it_longest(studio: Studio) -> None:
    ada, bob, cyd = [await studio.house.somebody(name) for name in ("Ada", "Bob", "Cyd")]
    await _leaves(studio, ada)
    assert [await is_operator(studio.house, each) for each in (bob, cyd)] == [True, False]


@pytest.mark.parametrize("mode", [SignUp.CLOSED, SignUp.INVITE])
async def test_no_stranger_comes_in_where_the_operator_has_left_and_others_stay(studio: Studio, mode: SignUp) -> None:
    ada, bob = await studio.house.somebody("Ada"), await studio.house.somebody("Bob")
    with psycopg.connect(studio.address.conninfo()) as admin:
        admin.execute("DELETE FROM app.operators")  # as one was left before houses were handed on
    with pytest.raises(NotInvited):
        await join(studio.house, "eve@example.com", mode=mode)
    assert [await is_operator(studio.house, each) for each in (ada, bob)] == [False, False]


async def test_whoever_comes_after_the_operator_has_left_is_not_the_operator_and_deletes_nobody(house: House) -> None:
    bob = await house.somebody("Bob")
    with psycopg.connect(house.desk.database.address.conninfo()) as admin:
        admin.execute("DELETE FROM app.operators")
        admin.execute("UPDATE app.sessions SET revoked_at = now()")
    signed = {"name": "Eve", "email": "eve@example.com", "password": PASSWORD, "device": "test"}
    eve = (await newcomers.signs_up(house.desk, **signed, mode=SignUp.OPEN)).owner_id
    async with house.desk.for_person(eve) as work:
        await appoint_operator(work.session)  # as whoever comes in first does
    assert [await is_operator(house, each) for each in (bob, eve)] == [True, False]
