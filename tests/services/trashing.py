"""What tests of the Trash do: put things there, as if it had been a while ago, and do the chores that come of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from portrait_app.domain.chores import Chore
from portrait_app.domain.retention import TRASH_STAYS
from portrait_app.services import gallery, purging, trash
from tests.builders import rewrite

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.generation import Asset
    from portrait_app.domain.training import Training
    from tests.builders import House

OVER = TRASH_STAYS + timedelta(minutes=1)


async def put_away(house: House, *portraits: Asset) -> None:
    async with house.desk.for_person(portraits[0].owner_id) as work:
        await trash.put_portraits(work, [portrait.id for portrait in portraits])


async def put_model_away(house: House, model: Training) -> None:
    async with house.desk.for_person(model.owner_id) as work:
        await trash.put_model(work, model.id)


async def set_back(house: House, row: type[Training | Asset], row_id: UUID, owner_id: UUID, **moments: Any) -> None:
    """As if it had been put there a while ago."""
    del owner_id
    await rewrite(house, row, row_id, **moments)


async def shown(house: House, owner_id: UUID) -> list[UUID]:
    async with house.desk.for_person(owner_id) as work:
        return [portrait.id for portrait in (await gallery.page(work)).portraits]


async def objects(house: House, owner_id: UUID) -> list[str]:
    return [stored.key for stored in await house.desk.buckets.of(owner_id).page(most=999)]


async def do_what_is_due(house: House) -> list[Chore]:
    """Do as the worker does; return the chores that there were."""
    house.queue.take()
    await purging.put_off_what_is_due(house.desk)
    due = house.queue.take()
    for chore, owner_id, row_id in due:
        if chore is Chore.PURGE_PORTRAIT:
            await purging.purge_portrait(house.desk, owner_id, row_id)
        elif chore is Chore.PURGE_MODEL:
            await purging.purge_model(house.desk, owner_id, row_id)
        else:
            await purging.forget_photos(house.desk, owner_id, row_id)
    return [chore for chore, _, _ in due]
