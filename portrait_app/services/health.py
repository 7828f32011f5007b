"""Whether each part that the house stands on answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from procrastinate.exceptions import ConnectorException
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portrait_app.database.address import Role
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from procrastinate import App

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.services.work import Desk

PATIENCE_S = 2.0


async def parts(desk: Desk, gateway: Gateway, jobs: App) -> dict[str, bool]:
    """Ask every part at once; one that doesn't answer in time is down."""
    asked = {
        "database": _database(desk),
        "bucket": desk.buckets.check(),
        "engine": gateway.account(),
        "jobs": _jobs(jobs),
    }
    return dict(zip(asked, await asyncio.gather(*map(_answers, asked.values())), strict=True))


async def _answers(part: Awaitable[object]) -> bool:
    try:
        await asyncio.wait_for(part, PATIENCE_S)
    except (PortraitError, OSError, TimeoutError, SQLAlchemyError, ConnectorException):
        return False
    return True


async def _database(desk: Desk) -> None:
    async with desk.for_nobody(Role.USER) as session:
        await session.execute(text("SELECT 1"))


async def _jobs(jobs: App) -> None:
    """The queue can be read, and some worker's heart has beaten lately."""
    workers = await jobs.connector.execute_query_one_async(
        "SELECT count(*) AS alive FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds'"
    )
    if not workers["alive"]:
        raise TimeoutError("no worker is alive")
