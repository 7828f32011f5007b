"""`python -m portrait_app doubts`: lists what could not be settled with the engine, and takes the operator's word."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import SQLAlchemyError

from portrait_app import logs
from portrait_app.doctor.awake import AtRest, require_awake
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.errors import PortraitError
from portrait_app.house import engine
from portrait_app.services import doubts
from portrait_app.settings import Settings
from portrait_app.wiring import open_workshop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portrait_app.database.orders import Doubt
    from portrait_app.wiring import Workshop

HOW = """\
Look for each in the engine's own list, by its time and its fingerprint (a seed, or a zip's address), and settle it:
  python -m portrait_app doubts settle ORDER as sent JOB    it became this job: what it made is taken in, or deleted
  python -m portrait_app doubts settle ORDER as nothing     the engine has nothing of it
"""


class OfTheDarkroom(PortraitError):
    """The built-in engine is reached by the studio's own processes alone, and what it makes costs nothing."""

    headline = "The built-in engine's jobs can't be looked up from here"
    hint = "Nothing was paid for them, so the order can be settled as nothing."


def main(arguments: Sequence[str]) -> int:
    """List, or settle one; the exit code is 0 once nothing is in doubt, or the one is settled.

    Raises: PortraitError: why it can't be settled.
    """
    chosen = _parser().parse_args(arguments)
    logs.set_up("error")  # what is said here is for whoever asked
    return asyncio.run(_act(chosen))


async def _act(chosen: argparse.Namespace) -> int:
    settings = Settings.read()
    if chosen.act and chosen.how == "sent" and engine.is_built_in(settings):
        raise OfTheDarkroom(chosen.job)
    require_awake(settings)
    try:
        async with open_workshop(settings) as workshop:
            if chosen.act:
                said, code = await settled(workshop, chosen.order, chosen.job if chosen.how == "sent" else None), 0
            else:
                said, code = await listed(workshop)
    except (SQLAlchemyError, ConnectorException, OSError) as error:
        raise AtRest(type(error).__name__) from error
    print(said)  # noqa: T201 -- its purpose
    return code


async def listed(workshop: Workshop) -> tuple[str, int]:
    """Say what is in doubt and how to settle it; with 1 when there is something, else 0."""
    found = await doubts.open_ones(workshop.desk)
    if not found:
        return "Nothing is in doubt.", 0
    return "\n".join([*map(_line, found), "", HOW.rstrip()]), 1


async def settled(workshop: Workshop, order_id: UUID, job_id: str | None) -> str:
    """Settle one, as that job or, without one, as nothing; say what came of it."""
    if job_id is None:
        await doubts.settle_as_nothing(workshop.desk, order_id)
        return f"{order_id} is settled: the engine has nothing of it."
    status = await doubts.settle_as_sent(workshop.desk, workshop.gateway, order_id, job_id)
    if status is OrderStatus.DONE:
        return f"{order_id} is settled: job {job_id} has brought what was asked for."
    return f"{order_id} is settled: the worker sees job {job_id} to its end, and takes in what is still wanted of it."


def _line(one: Doubt) -> str:
    job = f", job {one.job_id}" if one.job_id else ""
    return f"{one.order_id}  {one.kind} of {one.since:%Y-%m-%d %H:%M} UTC{job}: {one.doubt}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m portrait_app doubts",
        description=__doc__,
        epilog=HOW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    settle = parser.add_subparsers(dest="act", metavar="settle").add_parser("settle", help="take your word for one")
    settle.add_argument("order", type=UUID, metavar="ORDER")
    settle.add_argument("as_", choices=["as"], metavar="as")
    how = settle.add_subparsers(dest="how", required=True, metavar="sent JOB | nothing")
    how.add_parser("sent", help="it became this job").add_argument("job", metavar="JOB")
    how.add_parser("nothing", help="the engine has nothing of it")
    return parser
