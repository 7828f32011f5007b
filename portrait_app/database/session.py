"""A transaction that carries its person: the database sees who asks, and checks the signature by itself."""

from __future__ import annotations

import select
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from portrait_app.database.actor import signed
from portrait_app.database.address import Role
from portrait_app.database.trash import sight_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from portrait_app.database.address import Address

_SAY_WHO = text("SELECT set_config('app.actor', :actor, true)")
# Whatever was left in this connection by the one before: a type of theirs is never taken for the database's own, and
# no setting or lock of theirs stops who comes next.
FORGET = "RESET ALL"
BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"  # said, since it has begun as they left it by then
BEGIN_AS = (
    "SELECT set_config('app.actor', %s, true), set_config('search_path', 'pg_catalog, pg_temp', true), "
    "pg_advisory_unlock_all()"
)


class Database:
    """Connections for both roles; opened when first needed."""

    def __init__(self, address: Address, *, pool_size: int = 5) -> None:
        self.address = address
        self._engines = {role: _engine(address, role, pool_size) for role in Role}

    @asynccontextmanager
    async def transaction(self, role: Role, owner_id: UUID | None) -> AsyncGenerator[AsyncSession]:
        """Open a transaction as this person, or as nobody; it commits at the end, or not at all when something raises.

        Nobody sees no rows at all, whichever role asks. A person sees nothing of what lies in the Trash.
        """
        sight = sight_of(is_job=role is Role.SERVICE)
        actor = signed(owner_id, self.address.actor_key) if owner_id else ""
        async with AsyncSession(self._engines[role], expire_on_commit=False, **sight) as session, session.begin():
            await _begin(await session.connection(), actor)
            yield session

    async def become(self, session: AsyncSession, owner_id: UUID) -> None:
        """Go on as this person in a transaction that nobody began."""
        await session.execute(_SAY_WHO, {"actor": signed(owner_id, self.address.actor_key)})

    async def commit(self, session: AsyncSession, channel: str, news: Sequence[str]) -> None:
        """Commit a transaction, and tell whoever listens to the channel; each once, whatever told it how often.

        Both go one way, as the beginning does. Without news there is nothing to do: the end of the block commits.
        """
        if not news:
            return
        await session.flush()  # all of it, before what cannot be called back
        told = (sql.SQL("pg_notify({}, {})").format(channel, one) for one in dict.fromkeys(news))
        connection = await session.connection()
        await connection.exec_driver_sql(sql.SQL("SELECT {}; COMMIT").format(sql.SQL(", ").join(told)).as_string())

    async def close(self) -> None:
        """Close every connection."""
        for engine in self._engines.values():
            await engine.dispose()


async def _begin(connection: AsyncConnection, actor: str) -> None:
    """Begin, and say who asks, on one way to the database and back.

    Who asks is sent as a value: the text of what a connection does can be read by every other one of the same role
    (`pg_stat_activity`), and whoever has the name could be that person for its five minutes.
    """
    driver: psycopg.AsyncConnection = (await connection.get_raw_connection()).driver_connection  # type: ignore[assignment] -- it is told what driver we have
    cursor = driver.cursor()  # one for all three: each costs some 10 µs to make
    try:
        async with driver.pipeline():
            await cursor.execute(FORGET)
            await cursor.execute(BEGIN)
            await cursor.execute(BEGIN_AS, [actor])
    except psycopg.Error as error:
        if is_lost := driver.closed:
            await connection.invalidate(error)
        raise DBAPIError.instance("BEGIN", None, error, psycopg.Error, connection_invalidated=is_lost) from error
    except BaseException:  # called off just then: the driver may never leave its pipeline, and no answer would be read
        await connection.invalidate()
        raise


def _engine(address: Address, role: Role, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        address.url(role),
        pool_size=pool_size,
        # We say BEGIN ourselves, together with the person's name: the driver's own would be one more way to go.
        # COMMIT and ROLLBACK are the driver's, which sees that a transaction is open.
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,  # an error's text reaches the log, what was typed must not
        # None: a pooler in between may hand the next statement to another connection.
        connect_args={"prepare_threshold": None},
    )
    event.listen(engine.sync_engine, "checkout", _see_that_it_lives)
    return engine


def _see_that_it_lives(_connection: Any, record: Any, _fairy: Any) -> None:
    """Find a connection that the server has closed, without asking it: an idle one has nothing to say but that.

    Raises: DisconnectionError: the pool opens another in its place.
    """
    poll = select.poll()
    poll.register(record.driver_connection.pgconn.socket, select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError
