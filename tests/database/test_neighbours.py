"""What a connection can learn of another, and what somebody who ran SQL leaves in it for whoever comes next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from portrait_app.database.address import Role
from portrait_app.database.session import Database, _begin
from portrait_app.database.walls import make_roles
from portrait_app.domain.training import Training

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from portrait_app.database.address import Address
    from tests.builders import House

# What runs whenever a value of this type is made, as whoever makes it.
TRAP = """
CREATE TABLE pg_temp.loot (who pg_catalog.text);
CREATE FUNCTION pg_temp.look(value pg_catalog.uuid) RETURNS boolean LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO pg_temp.loot VALUES (current_setting('app.actor')); RETURN true; END $$;
CREATE DOMAIN pg_temp.uuid AS pg_catalog.uuid CHECK (pg_temp.look(VALUE));
SET search_path = pg_temp, pg_catalog
"""
LEFT = [
    "SET row_security = off",
    "SET default_transaction_read_only = on",
    "SET default_transaction_isolation = serializable",
    "SET DateStyle = German",
    "SET client_encoding = SQL_ASCII",
    "SET statement_timeout = 1",
    "SET TimeZone = 'Asia/Kathmandu'",
    "SELECT pg_advisory_lock(7210001)",
]
WHAT_OTHERS_DO = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
async def narrow(address: Address) -> AsyncGenerator[Database]:
    """One connection for everybody."""
    database = Database(address, pool_size=1)
    yield database
    await database.close()


@pytest.mark.parametrize("role", list(Role))
async def test_who_is_asking_is_read_by_no_other_connection(house: House, address: Address, role: Role) -> None:
    ada = await house.somebody()
    with psycopg.connect(address.conninfo(role), autocommit=True) as bob:
        async with house.desk.database.transaction(role, ada) as session:
            actor = await session.scalar(text("SELECT current_setting('app.actor')"))
            assert str(ada) in str(actor)
        async with house.desk.database.transaction(role, ada):
            begun = [query for (query,) in bob.execute(WHAT_OTHERS_DO)]
        async with house.desk.for_whose_order(uuid4()):
            begun += [query for (query,) in bob.execute(WHAT_OTHERS_DO)]
    assert any("app.actor" in query for query in begun)  # it does see what they do
    assert [query for query in begun if str(ada) in query] == []


async def test_a_type_that_was_left_in_a_connection_is_not_taken_for_the_databases_own_by_the_next(
    house: House, narrow: Database
) -> None:
    ada, bob = await house.somebody("Ada"), await house.somebody("Bob")
    model = await house.ready_model(ada)
    async with narrow.transaction(Role.USER, bob) as session:
        await (await session.connection()).exec_driver_sql(TRAP)
        assert await session.scalar(text("SELECT count(CAST(:id AS uuid))"), {"id": str(bob)}) == 1  # it works
        caught = (await session.scalars(text("DELETE FROM pg_temp.loot RETURNING who"))).all()
        assert str(bob) in caught[0]
    async with narrow.transaction(Role.USER, ada) as session:
        assert (await session.scalars(select(Training).where(col(Training.id) == model.id))).one().name == "Ada"
        assert await session.scalar(text("SELECT count(CAST(:id AS uuid))"), {"id": str(ada)}) == 1
    async with narrow.transaction(Role.USER, bob) as session:
        assert (await session.scalars(text("SELECT who FROM pg_temp.loot"))).all() == []


@pytest.mark.parametrize("left", LEFT)
async def test_no_setting_that_was_left_in_a_connection_is_the_next_ones(
    house: House, narrow: Database, address: Address, left: str
) -> None:
    ada, bob = await house.somebody("Ada"), await house.somebody("Bob")
    await house.ready_model(ada)
    async with narrow.transaction(Role.USER, bob) as session:
        await (await session.connection()).exec_driver_sql(left)
    async with narrow.transaction(Role.USER, ada) as session:
        model = (await session.scalars(select(Training))).one()
        assert (model.name, model.created_at.utcoffset()) == ("Ada", timedelta())
        assert await session.scalar(text("SELECT current_setting('transaction_isolation')")) == "read committed"
        model.name = "Countess"
        await session.flush()
        with psycopg.connect(address.conninfo(Role.USER), autocommit=True) as other:
            assert other.execute("SELECT pg_try_advisory_lock(7210001)").fetchone() == (True,)


async def test_a_connection_that_ends_as_it_is_begun_is_told_of_like_any_other(
    narrow: Database, address: Address
) -> None:
    async with narrow._engines[Role.USER].connect() as connection:
        mine = await connection.scalar(text("SELECT pg_backend_pid()"))
        with psycopg.connect(address.conninfo(), autocommit=True) as admin:
            assert admin.execute("SELECT pg_terminate_backend(%s, 5000)", [mine]).fetchone() == (True,)
        with pytest.raises(OperationalError) as told:
            await _begin(connection, "")
        assert told.value.connection_invalidated
    async with narrow.transaction(Role.USER, None) as session:
        assert await session.scalar(text("SELECT 1")) == 1


def test_what_a_role_was_made_to_begin_with_is_undone_by_the_next_start(address: Address) -> None:
    """Whoever ran SQL as a role could set it for all that begin later: every role may do that of itself."""
    with psycopg.connect(address.conninfo(Role.USER), autocommit=True) as bob:
        bob.execute("ALTER ROLE app_user SET statement_timeout = 1")
        bob.execute(f"ALTER ROLE app_user IN DATABASE {address.admin.database} SET lock_timeout = 1".encode())
        bob.execute("ALTER ROLE app_user PASSWORD 'mine'")
    with psycopg.connect(address.conninfo()) as admin:
        make_roles(admin, address)
    with psycopg.connect(address.conninfo(Role.USER)) as connection:
        said = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"
        assert connection.execute(said).fetchone() == ("0", "0")
        kept = connection.execute("SELECT current_setting('idle_in_transaction_session_timeout')").fetchone()
        assert kept == ("1min",)
