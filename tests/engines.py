"""Keeps SQLAlchemy's engines from one test to the next: what they have compiled is a quarter of a test's time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from portrait_app.database import session

if TYPE_CHECKING:
    import pytest
    from sqlalchemy.ext.asyncio import AsyncEngine

    from portrait_app.database.address import Address, Role


def keep(patch: pytest.MonkeyPatch) -> None:
    """Let a database that is opened have the engine of one that was closed, if it goes to the same place.

    A closed engine has no connections left, so nothing of a test is in it, nor of its event loop.
    """
    make, close = session._engine, session.Database.close
    idle: defaultdict[tuple[str, int], list[AsyncEngine]] = defaultdict(list)
    places: dict[AsyncEngine, tuple[str, int]] = {}

    def known(address: Address, role: Role, pool_size: int) -> AsyncEngine:
        place = (address.url(role).render_as_string(hide_password=False), pool_size)
        engine = idle[place].pop() if idle[place] else make(address, role, pool_size)
        places[engine] = place
        return engine

    async def closed(database: session.Database) -> None:
        await close(database)
        for engine in database._engines.values():
            if (place := places.pop(engine, None)) is not None:  # None: it was closed before
                idle[place].append(engine)

    patch.setattr(session, "_engine", known)
    patch.setattr(session.Database, "close", closed)
