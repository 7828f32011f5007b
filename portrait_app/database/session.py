"""A transaction that carries its person: the database sees who asks, and checks the signature by itself."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from portrait_app.database.actor import signed
from portrait_app.database.address import Role

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from portrait_app.database.address import Address

_SAY_WHO = text("SELECT set_config('app.actor', :actor, true)")


class Database:
    """Connections for both roles; opened when first needed."""

    def __init__(self, address: Address, *, pool_size: int = 5) -> None:
        self.address = address
        self._engines = {
            # prepare_threshold=None: a pooler in between may hand the next statement to another connection.
            role: create_async_engine(
                address.url(role),
                pool_size=pool_size,
                pool_pre_ping=True,
                hide_parameters=True,  # an error's text reaches the log, what was typed must not
                connect_args={"prepare_threshold": None},
            )
            for role in Role
        }

    @asynccontextmanager
    async def transaction(self, role: Role, owner_id: UUID | None) -> AsyncGenerator[AsyncSession]:
        """Open a transaction as this person, or as nobody; it commits at the end, or not at all when something raises.

        Nobody sees no rows at all, whichever role asks.
        """
        actor = signed(owner_id, self.address.actor_key) if owner_id else ""
        async with AsyncSession(self._engines[role], expire_on_commit=False) as session, session.begin():
            await session.execute(_SAY_WHO, {"actor": actor})
            yield session

    async def close(self) -> None:
        """Close every connection."""
        for engine in self._engines.values():
            await engine.dispose()
