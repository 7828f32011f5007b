"""The chores by name: each hands its two ids to the service that does it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

from portrait_app.domain.chores import Chore
from portrait_app.jobs.patience import Patience
from portrait_app.services import cancelling, exports, orders, removal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from procrastinate import App

    from portrait_app.wiring import Workshop


# No chore hangs for ever: one that takes longer is broken off and tried again, as one that failed. None comes near
# this when all is well, and one that waits for a hanging engine ends by the engine's own limits.
MOST_S = 900.0


def register(app: App, workshop: Workshop) -> None:
    """Give the app its tasks."""

    async def tidy(owner_id: UUID, order_id: UUID) -> None:
        await orders.tidy(workshop.desk, workshop.gateway, owner_id, order_id)

    async def call_off(owner_id: UUID, order_id: UUID) -> None:
        await cancelling.call_off(workshop.desk, workshop.gateway, owner_id, order_id)

    async def remove_model(owner_id: UUID, training_id: UUID) -> None:
        await removal.carry_out(workshop.desk, workshop.gateway, owner_id, training_id)

    async def make_export(owner_id: UUID, export_id: UUID) -> None:
        await exports.make(workshop.desk, owner_id, export_id)

    async def forget_export(owner_id: UUID, export_id: UUID) -> None:
        await exports.forget_over(workshop.desk, owner_id, export_id)

    _task(app, Chore.EXAMINE_SELFIE, workshop.examiner.examine)
    _task(app, Chore.SEND_ORDER, workshop.sender.send)
    _task(app, Chore.KEEP_ASSET, workshop.keeper.keep)
    _task(app, Chore.TIDY_ORDER, tidy)
    _task(app, Chore.SEND_MAIL, workshop.postman.send)
    _task(app, Chore.CALL_OFF, call_off)
    _task(app, Chore.REMOVE_MODEL, remove_model)
    _task(app, Chore.MAKE_EXPORT, make_export)
    _task(app, Chore.FORGET_EXPORT, forget_export)


def _task(app: App, chore: Chore, do: Callable[[UUID, UUID], Awaitable[None]]) -> None:
    @app.task(name=chore.value, retry=Patience())
    async def _(owner_id: str, row_id: str) -> None:  # pyright: ignore[reportUnusedFunction] -- the app keeps it
        async with asyncio.timeout(MOST_S):
            await do(UUID(owner_id), UUID(row_id))
