"""The chores by name: each hands its two ids to the service that does it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from portrait_app.domain.chores import Chore
from portrait_app.jobs.patience import Patience
from portrait_app.services import cancelling, exports, purging, removal, selfies, tidying

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from procrastinate import App

    from portrait_app.services.work import Desk
    from portrait_app.wiring import Workshop

    Do = Callable[[UUID, UUID], Awaitable[None]]


# No chore hangs for ever: one that takes longer is broken off and tried again, as one that failed. None comes near
# this when all is well, and one that waits for a hanging engine ends by the engine's own limits.
MOST_S = 900.0


def register(app: App, workshop: Workshop) -> None:
    """Give the app its tasks."""
    desk, gateway = workshop.desk, workshop.gateway
    of_a_person: dict[Chore, Do] = {
        Chore.EXAMINE_SELFIE: workshop.examiner.examine,
        Chore.SEND_ORDER: workshop.sender.send,
        Chore.KEEP_ASSET: workshop.keeper.keep,
        Chore.TIDY_ORDER: partial(tidying.tidy, desk, gateway),
        Chore.SEND_MAIL: workshop.postman.send,
        Chore.CALL_OFF: partial(cancelling.call_off, desk, gateway),
        Chore.REMOVE_MODEL: partial(removal.carry_out, desk, gateway),
        Chore.MAKE_EXPORT: partial(exports.make, desk),
        Chore.FORGET_EXPORT: partial(exports.forget_over, desk),
        Chore.PURGE_PORTRAIT: partial(purging.purge_portrait, desk),
        Chore.PURGE_MODEL: partial(purging.purge_model, desk),
        Chore.FORGET_PHOTOS: partial(purging.forget_photos, desk),
        Chore.FORGET_PIXELS: partial(selfies.forget_pixels, desk),
    }
    for chore, do in of_a_person.items():
        _task(app, chore, partial(_for_whoever_is_here, desk, do))
    _task(app, Chore.LEAVE, workshop.parting.carry_out)
    _task(app, Chore.SAY_FAREWELL, workshop.farewells.say)


async def _for_whoever_is_here(desk: Desk, do: Do, owner_id: UUID, row_id: UUID) -> None:
    """Do a chore for a person; when they have left in the middle of it, it is done."""
    try:
        await do(owner_id, row_id)
    except Exception:
        async with desk.for_service(owner_id) as work:
            if await work.accounts.find() is not None:
                raise


def _task(app: App, chore: Chore, do: Do) -> None:
    @app.task(name=chore.value, retry=Patience())
    async def _(owner_id: str, row_id: str) -> None:  # pyright: ignore[reportUnusedFunction] -- the app keeps it
        async with asyncio.timeout(MOST_S):
            await do(UUID(owner_id), UUID(row_id))
