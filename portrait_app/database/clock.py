"""Keeps this process's time with the database's: every row of every host is then of one clock."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portrait_app.database.address import Role
from portrait_app.database.called_off import call_off
from portrait_app.domain import clock

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from portrait_app.database.session import Database

log = structlog.get_logger()

AGAIN_AFTER_S = 10.0
WORTH_A_WORD = timedelta(seconds=2)
ANSWER_LASTS_S = 5.0
_MOMENT = text("SELECT clock_timestamp()")


async def agree(database: Database) -> None:
    """Ask the database what time it is, and go by it."""
    async with asyncio.timeout(ANSWER_LASTS_S), database.transaction(Role.SERVICE, None) as session:
        asked_at = clock.now()
        behind = clock.set_by((await session.scalars(_MOMENT)).one(), asked_at=asked_at)
    if abs(behind) > WORTH_A_WORD:
        log.warning("clock.differs", database_ahead_s=round(behind.total_seconds(), 3))


@asynccontextmanager
async def kept(database: Database) -> AsyncGenerator[None]:
    """Go by the database's clock for as long as the process lives; a database that doesn't answer changes nothing."""
    await _try(database)
    keeping = asyncio.create_task(_keep(database))
    try:
        yield
    finally:
        await call_off(keeping)


async def _keep(database: Database) -> None:
    while True:
        await asyncio.sleep(AGAIN_AFTER_S)
        await _try(database)


async def _try(database: Database) -> None:
    with suppress(SQLAlchemyError, OSError):  # the latter: it took too long, or nobody listens
        await agree(database)
