"""Whether each part that the house stands on answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from procrastinate.exceptions import ConnectorException
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portrait_app.database.address import Role
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from portrait_app.wiring import Workshop

PATIENCE_S = 2.0


def health_routes(workshop_of: Callable[[], Workshop]) -> list[Route]:
    """Return the route; it says which parts answer, and nothing of what they hold."""

    async def health(_: Request) -> Response:
        workshop = workshop_of()
        parts = {
            "database": _database(workshop),
            "bucket": _bucket(workshop),
            "engine": workshop.gateway.account(),
            "jobs": _jobs(workshop),
        }
        answers = dict(zip(parts, await asyncio.gather(*map(_answers, parts.values())), strict=True))
        return JSONResponse(
            {"parts": {part: "ok" if ok else "down" for part, ok in answers.items()}},
            200 if all(answers.values()) else 503,
            headers={"Cache-Control": "no-store"},
        )

    return [Route("/api/health", health, methods=["GET"])]


async def _answers(part: Awaitable[object]) -> bool:
    try:
        await asyncio.wait_for(part, PATIENCE_S)
    except (PortraitError, OSError, TimeoutError, SQLAlchemyError, ConnectorException):
        return False
    return True


async def _database(workshop: Workshop) -> None:
    async with workshop.desk.for_nobody(Role.USER) as session:
        await session.execute(text("SELECT 1"))


async def _bucket(workshop: Workshop) -> None:
    await workshop.bucket.check()


async def _jobs(workshop: Workshop) -> None:
    """The queue can be read, and some worker's heart has beaten lately."""
    workers = await workshop.jobs.connector.execute_query_one_async(
        "SELECT count(*) AS alive FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds'"
    )
    if not workers["alive"]:
        raise TimeoutError("no worker is alive")
