"""Queries about orders to the engine, and the look-ups by which a worker learns for whom there is work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from portrait_app.database.shelf import Shelf
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.order import Delivery, Order
from portrait_app.domain.rows import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


class Orders(Shelf[Order]):
    """Orders to the engine and what was heard of them."""

    row = Order

    async def unfinished_of(self, training_id: UUID) -> Sequence[Order]:
        """Return the orders of one face model that have not ended."""
        query = select(Order).where(col(Order.training_id) == training_id, col(Order.ended_at).is_(None))
        return (await self.session.scalars(query)).all()

    async def take_in(self, webhook_id: str, order_id: UUID) -> bool:
        """Write a delivery down; return whether it is the first with this id."""
        statement = (
            insert(Delivery)
            .values(id=new_id(), owner_id=self.owner_id, created_at=now(), webhook_id=webhook_id, order_id=order_id)
            .on_conflict_do_nothing()
            .returning(col(Delivery.id))
        )
        return (await self.session.execute(statement)).first() is not None


async def owner_of(
    session: AsyncSession, *, order_id: UUID | None = None, job_id: str | None = None
) -> tuple[UUID, UUID] | None:
    """Return the order's id and its owner, by our own id or by the engine's, or None."""
    found = (
        await session.execute(
            text("SELECT id, owner_id FROM app.owner_of_order(:order, :job)"), {"order": order_id, "job": job_id}
        )
    ).first()
    return (found[0], found[1]) if found else None


async def take_to_look_at(session: AsyncSession, most: int, again_after: timedelta) -> list[tuple[UUID, UUID]]:
    """Take orders that are due to be asked about, as (order, owner), and put their next look off."""
    query = text("SELECT id, owner_id FROM app.take_orders_to_look_at(:most, :again)")
    found = await session.execute(query, {"most": most, "again": again_after})
    return [(order, owner) for order, owner in found]


async def forgotten_chores(session: AsyncSession, older_than: timedelta, most: int) -> list[tuple[Chore, UUID, UUID]]:
    """Return work that was recorded and that nobody seems to do, as (chore, owner, row)."""
    query = text("SELECT chore, owner_id, id FROM app.forgotten_chores(:older, :most)")
    found = await session.execute(query, {"older": older_than, "most": most})
    return [(Chore(chore), owner, row) for chore, owner, row in found]
