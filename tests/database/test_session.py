"""A transaction: all or nothing, on a connection that lives."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from portrait_app.database.address import Role
from portrait_app.services.trainings import draft

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.database.address import Address
    from tests.builders import House


async def test_what_raises_leaves_nothing_behind(house: House) -> None:
    ada = await house.somebody()
    with pytest.raises(KeyError):
        await _begin_and_break_off(house, ada)
    async with house.desk.for_person(ada) as work:
        assert await work.trainings.draft() is None


async def test_a_connection_that_the_server_closed_is_replaced_before_anybody_notices(
    house: House, address: Address
) -> None:
    async with house.desk.for_nobody(Role.USER) as session:
        closed = await session.scalar(text("SELECT pg_backend_pid()"))
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        # Waits until it has ended.
        assert admin.execute("SELECT pg_terminate_backend(%s, 5000)", [closed]).fetchone() == (True,)
    async with house.desk.for_nobody(Role.USER) as session:
        assert await session.scalar(text("SELECT pg_backend_pid()")) != closed


async def test_the_next_one_on_a_connection_does_not_inherit_the_person(house: House) -> None:
    ada = await house.somebody()
    async with house.desk.for_person(ada) as work:
        assert await work.session.scalar(text("SELECT app.uid()")) == ada
        same = await work.session.scalar(text("SELECT pg_backend_pid()"))
    async with house.desk.for_nobody(Role.USER) as session:
        assert await session.scalar(text("SELECT pg_backend_pid()")) == same
        assert await session.scalar(text("SELECT app.uid()")) is None


@pytest.mark.parametrize("steps", [1, 2])
async def test_whoever_is_called_off_as_they_begin_leaves_a_connection_that_answers_the_next_one(
    house: House, steps: int
) -> None:
    ada = await house.somebody()

    async def asks() -> UUID | None:
        async with house.desk.for_person(ada) as work:
            return await work.session.scalar(text("SELECT app.uid()"))

    await asks()
    busy_until = time.monotonic() + 0.02  # after that the driver lets others go first, in the middle of what it does
    while time.monotonic() < busy_until:
        pass
    called_off = asyncio.create_task(asks())
    for _ in range(steps):
        await asyncio.sleep(0)
    called_off.cancel()
    with pytest.raises(asyncio.CancelledError):
        await called_off
    assert await asks() == ada


@pytest.mark.parametrize("said", ["nonsense", "a.b.c", "..", "00000000-0000-0000-0000-000000000000.9999999999.00"])
async def test_whoever_is_not_signed_is_nobody(house: House, said: str) -> None:
    async with house.desk.for_nobody(Role.USER) as session:
        await session.execute(text("SELECT set_config('app.actor', :said, true)"), {"said": said})
        assert await session.scalar(text("SELECT app.uid()")) is None


async def _begin_and_break_off(house: House, owner_id: UUID) -> None:
    async with house.desk.for_person(owner_id) as work:
        await draft(work)
        await work.session.flush()
        raise KeyError
