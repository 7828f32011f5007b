"""How fast the engine may be called: its limits are shared by all workers, and its "not so fast" stops all of them."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.replicate.errors import NotOurTurn, Throttled
from portrait_app.database.address import Role
from portrait_app.database.orders import stop_turns, take_turn

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from contextlib import AbstractAsyncContextManager

    from portrait_app.services.work import Desk

log = structlog.get_logger()

MINUTE = timedelta(minutes=1)


class Call(StrEnum):
    """What the engine's limits tell apart."""

    CREATE = "create"
    ASK = "ask"


# Replicate allows 600 creates and 3,000 other calls a minute. A full burst and a minute's turns together stay below
# that, with room for the calls that take no turn (uploads, health, the trainer's version).
PER_MINUTE = {Call.CREATE: 500, Call.ASK: 2400}
BURST = {Call.CREATE: 50, Call.ASK: 300}


def turns(desk: Desk, call: Call) -> Callable[[], AbstractAsyncContextManager[None]]:
    """Return what takes a turn each time that it is called, for whoever makes calls one after the other."""
    return lambda: turn(desk, call)


@contextlib.asynccontextmanager
async def turn(desk: Desk, call: Call) -> AsyncGenerator[None]:
    """Make one call when it is its turn; when the engine says that it was too many, all wait for as long as it says.

    Raises:
        NotOurTurn: this call was not made. Throttled: the engine said itself that it was too many.
    """
    step = MINUTE / PER_MINUTE[call]
    async with desk.for_nobody(Role.SERVICE) as session:
        wait_s = await take_turn(session, call, step=step, burst=step * BURST[call])
    if wait_s:
        raise NotOurTurn("our own pace", wait_s)
    try:
        yield
    except Throttled as error:
        log.warning("engine.throttled", call=call, retry_after_s=error.retry_after_s)
        async with desk.for_nobody(Role.SERVICE) as session:
            await stop_turns(session, call, timedelta(seconds=error.retry_after_s) + step * BURST[call])
        raise
