"""What people do while all of that goes on: half of them look, some call off what is made for them, some delete."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING
from uuid import UUID

from portrait_app.domain.order import OrderKind
from portrait_app.services import cancelling, removal
from portrait_app.services.watching import watch
from portrait_app.wiring import open_workshop
from tests.chaos.fate import Course

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from portrait_app.services.work import Desk
    from tests.chaos.harness import House
    from tests.chaos.job import Job
    from tests.chaos.provider import Provider

DELETED = 2
DELETED_WITHIN_S = 60.0
_WITHOUT_DOUBT = """
SELECT id, owner_id, version FROM app.trainings t WHERE version IS NOT NULL AND removal_asked_at IS NULL
  AND NOT EXISTS (SELECT FROM app.orders o WHERE training_id = t.id AND (doubt IS NOT NULL OR stray_since IS NOT NULL))
ORDER BY NOT EXISTS (SELECT FROM app.orders o WHERE training_id = t.id), name, id LIMIT 2
"""
_UNCONFIRMED = "SELECT count(*) AS n FROM app.trainings WHERE removal_asked_at IS NOT NULL AND removed_at IS NULL"


@contextlib.asynccontextmanager
async def people_about(house: House, provider: Provider) -> AsyncGenerator[None]:
    """Have them look and call off as long as this lasts."""
    wishing = asyncio.create_task(_wish(house, provider))
    try:
        yield
        if wishing.done():
            wishing.result()
    finally:
        wishing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await wishing


async def delete_some(house: House, provider: Provider) -> list[str]:
    """Delete face models, and wait until the provider has confirmed it; say what it still has."""
    chosen = house.rows(_WITHOUT_DOUBT)
    async with open_workshop(house.settings) as workshop:
        for row in chosen:
            house.deleted[row["id"]] = row["version"]
            async with workshop.desk.for_person(row["owner_id"]) as work:
                await removal.remove(work, row["id"])
    left = await _unconfirmed(house, DELETED_WITHIN_S)
    found = [] if len(chosen) == DELETED else [f"{len(chosen)} face models could be deleted"]
    found += [f"the deletion of {left} face models is not confirmed"] if left else []
    hashes = [row["version"].rpartition(":")[2] for row in chosen]
    return found + [f"a deleted face model is still there: {one}" for one in hashes if one in provider.versions]


async def _unconfirmed(house: House, within_s: float) -> int:
    """How many face models still wait for the provider's word after so long; none when it has come for all."""
    deadline = time.monotonic() + within_s
    while True:
        await asyncio.sleep(0.5)  # nothing announces it
        left = house.rows(_UNCONFIRMED)[0]["n"]
        if not left or time.monotonic() > deadline:
            return left


async def _wish(house: House, provider: Provider) -> None:
    asked: set[str] = set()
    async with open_workshop(house.settings) as workshop:
        watchers = [row["id"] for row in house.rows("SELECT id FROM app.accounts ORDER BY email")][::2]
        while True:
            for owner_id in watchers:
                async with workshop.desk.for_person(owner_id) as work:
                    await watch(work)
            for job in list(provider.jobs.values()):
                if job.plan.course is Course.CALLED_OFF and job.status == "processing" and job.id not in asked:
                    asked.add(job.id)
                    await _call_off(workshop.desk, house, job)
            await asyncio.sleep(0.5)


async def _call_off(desk: Desk, house: House, job: Job) -> None:
    (row,) = house.rows(f"SELECT owner_id, training_id, generation_id FROM app.orders WHERE id = '{UUID(job.order)}'")
    async with desk.for_person(row["owner_id"]) as work:
        if job.kind is OrderKind.TRAINING:
            await cancelling.cancel_training(work, row["training_id"])
        else:
            await cancelling.cancel_portraits(work, row["generation_id"])
