"""What tests of a deleted face model do: have one, delete it, and do the chore that comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portrait_app.domain.clock import now
from portrait_app.domain.selfie import Selfie, SelfieStatus
from portrait_app.services import removal

if TYPE_CHECKING:
    from datetime import timedelta
    from uuid import UUID

    from portrait_app.domain.training import Training
    from tests.builders import House

VERSION = "me/faces:abc"


async def learned(house: House, owner_id: UUID) -> Training:
    """Make a ready face model with a photo, whose version is at the engine."""
    made = await house.ready_model(owner_id)
    key = f"u/{owner_id}/selfies/{made.id}.jpg"
    await house.desk.buckets.of(owner_id).put_bytes(key, b"jpeg")
    async with house.desk.for_person(owner_id) as work:
        seen: dict[str, Any] = {"status": SelfieStatus.FINE, "key": key, "seen": {"identity": [0.1]}}
        work.selfies.add(Selfie(owner_id=owner_id, training_id=made.id, filename="1.jpg", **seen))
    house.engine.versions.add(VERSION)
    return made


async def remove(house: House, model: Training) -> None:
    async with house.desk.for_person(model.owner_id) as work:
        await removal.remove(work, model.id)


async def carry_out(house: House, model: Training) -> None:
    await removal.carry_out(house.desk, house.engine, model.owner_id, model.id)  # type: ignore[arg-type] -- a fake


async def row_of(house: House, model: Training) -> Training | None:
    async with house.desk.for_person(model.owner_id) as work:
        return await work.trainings.find(model.id)


async def set_back(house: House, model: Training, *, asked: timedelta, removed: timedelta | None = None) -> None:
    """As if it had been deleted a while ago."""
    async with house.desk.for_service(model.owner_id) as work:
        row = await work.trainings.get(model.id, lock=True)
        row.removal_asked_at = now() - asked
        row.removed_at = now() - removed if removed else None
