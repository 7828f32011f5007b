"""Faces that are learned, or not, by an engine that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.report import JobReport
from portrait_app.services import progress

if TYPE_CHECKING:
    from uuid import UUID

    from tests.builders import House


async def training_ends(house: House, owner_id: UUID, status: OrderStatus) -> UUID:
    """Have a face learned, or not; return the training."""
    training, order_id = await house.training_begun(owner_id)
    await hear(house, owner_id, order_id, OrderStatus.RUNNING)
    for _ in range(2):  # news comes twice
        await hear(house, owner_id, order_id, status)
    return training.id


async def hear(house: House, owner_id: UUID, order_id: UUID, status: OrderStatus) -> None:
    """Bring news of a training's job; one that went well has made a face model."""
    version = "me/faces:abc" if status is OrderStatus.DONE else None
    async with house.desk.for_service(owner_id) as work:
        await progress.hear(work, order_id, JobReport(f"job of {order_id}", status, version=version))
