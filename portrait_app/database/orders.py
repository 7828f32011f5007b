"""Queries about orders to the engine, and the look-ups by which a worker learns for whom there is work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import DateTime, String, Uuid, bindparam, exists, func, or_, text, true, update
from sqlalchemy import select as sa_select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from portrait_app.database.shelf import Shelf
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import as_of_now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import Delivery, Order, OrderKind
from portrait_app.domain.rows import new_id
from portrait_app.domain.training import Training

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from sqlalchemy import Executable
    from sqlalchemy.ext.asyncio import AsyncSession


class Orders(Shelf[Order]):
    """Orders to the engine and what was heard of them."""

    row = Order

    async def unfinished_of(self, training_id: UUID) -> Sequence[Order]:
        """Return the orders of one face model that have not ended."""
        query = select(Order).where(col(Order.training_id) == training_id, col(Order.ended_at).is_(None))
        return (await self.session.scalars(query)).all()

    async def called_off(self) -> set[UUID]:
        """Return the orders of portraits, by generation, whose end was asked for and has not come yet."""
        query = select(Order.generation_id).where(col(Order.ended_at).is_(None))
        query = query.where(col(Order.cancel_asked_at).is_not(None))
        return {found for found in await self.session.scalars(query) if found is not None}

    async def waiting(self) -> Sequence[Order]:
        """Return the orders that the engine lets us send only later, the first to go first."""
        query = select(Order).where(col(Order.status) == OrderStatus.RECORDED, col(Order.waits_until) > func.now())
        return (await self.session.scalars(query.order_by(col(Order.waits_until)))).all()

    async def untidy_of(self, training_id: UUID) -> Sequence[Order]:
        """Return the orders of one face model whose uploaded photos still lie at the engine."""
        query = select(Order).where(col(Order.training_id) == training_id)
        query = query.where(or_(col(Order.file_id).is_not(None), col(Order.uploading_since).is_not(None)))
        return (await self.session.scalars(query)).all()

    async def given_up_of(self, training_id: UUID) -> Sequence[Order]:
        """Return the orders that did not make the face model, but whose jobs may have: known, looked for, in doubt."""
        query = select(Order).where(col(Order.training_id) == training_id, col(Order.kind) == OrderKind.TRAINING)
        may_have = or_(*(col(said).is_not(None) for said in (Order.job_id, Order.stray_since, Order.doubt)))
        query = query.where(col(Order.status) != OrderStatus.DONE, may_have)
        return (await self.session.scalars(query)).all()

    async def end_doubts_about(self, version: str) -> None:
        """End the doubts about jobs that made this version, which is gone."""
        in_doubt = update(Order).where(col(Order.version) == version, col(Order.doubt).is_not(None))
        await self.session.execute(in_doubt.values(doubt=None))

    async def last_of(self, generation_id: UUID) -> Order | None:
        """Return the order of some portraits whose job may still bring them, or the newest when all have ended."""
        query = select(Order).where(col(Order.generation_id) == generation_id, col(Order.is_double).is_(False))
        query = query.order_by(col(Order.ended_at).is_(None).desc(), col(Order.created_at).desc())
        return (await self.session.scalars(query.limit(1))).first()

    async def next_after(self, order: Order) -> Order | None:
        """Return the first order for the same thing that was recorded after this one, locked."""
        same = col(Order.kind) == order.kind, col(Order.training_id) == order.training_id
        query = select(Order).where(*same, col(Order.generation_id).is_not_distinct_from(order.generation_id))
        # By the database's clock, as all moments: an id is made by that of its host.
        query = query.where(col(Order.created_at) > order.created_at, col(Order.id) != order.id)
        query = query.where(col(Order.is_double).is_(False))
        query = query.order_by(col(Order.created_at)).limit(1).with_for_update()
        return (await self.session.scalars(query, execution_options={"populate_existing": True})).first()

    async def take_in(self, webhook_id: str, order_id: UUID, moment: datetime) -> tuple[Order, Training | None] | None:
        """Write a delivery down and return its order, locked; None when it came before, or the order is gone.

        With an order of a face model comes that face model, locked: its news are about both. `moment` is when it came.
        """
        given = {"order": order_id, "delivery": new_id(), "moment": moment, "webhook": webhook_id}
        found = (await self.session.execute(_TAKE_IN, given, execution_options={"populate_existing": True})).first()
        return (found[0], found[1]) if found else None


def _take_in() -> Executable:
    """One way to the database instead of five, as each delivery goes it.

    That the order was heard of is written first, which locks it: two deliveries that refer to one order first and lock
    it then would wait for each other. Its face model is locked after it, as everywhere.
    """
    moment = bindparam("moment", type_=DateTime(timezone=True))
    heard = update(Order).where(col(Order.id) == bindparam("order", type_=Uuid())).values(heard_at=moment)
    locked = heard.returning(Order).cte("locked")
    its_own = sa_select(locked.c.training_id).where(locked.c.kind == OrderKind.TRAINING).scalar_subquery()
    learned = select(Training).where(col(Training.id) == its_own).with_for_update().cte("learned")
    row = sa_select(
        bindparam("delivery", type_=Uuid()),
        locked.c.owner_id,
        moment,
        bindparam("webhook", type_=String()),
        locked.c.id,
    )
    written = insert(Delivery).from_select(["id", "owner_id", "created_at", "webhook_id", "order_id"], row)
    taken = written.on_conflict_do_nothing().returning(col(Delivery.id)).cte("taken")
    both = sa_select(aliased(Order, locked), aliased(Training, learned))
    both = both.select_from(locked.outerjoin(learned, true()))
    return both.where(exists(sa_select(taken.c.id)))


_TAKE_IN = _take_in()


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


@dataclass(frozen=True)
class Due:
    """An order whose job is to be asked about; when it was sent is said as the clock says it now."""

    order_id: UUID
    owner_id: UUID
    kind: OrderKind
    job_id: str
    status: OrderStatus
    sent_at: datetime


async def take_to_look_at(session: AsyncSession, most: int, again_after: timedelta) -> list[Due]:
    """Take orders that are due to be asked about, and put their next look off."""
    query = text("SELECT id, owner_id, kind, job_id, status, sent_at FROM app.take_orders_to_look_at(:most, :again)")
    found = await session.execute(query, {"most": most, "again": again_after})
    return [
        Due(order, owner, OrderKind(kind), job, OrderStatus(status), as_of_now(sent_at))
        for order, owner, kind, job, status, sent_at in found
    ]


async def forgotten_chores(session: AsyncSession, older_than: timedelta, most: int) -> list[tuple[Chore, UUID, UUID]]:
    """Return work that was recorded and that nobody seems to do, as (chore, owner, row): so many of each kind."""
    query = text("SELECT chore, owner_id, id FROM app.forgotten_chores(:older, :most)")
    found = await session.execute(query, {"older": older_than, "most": most})
    return [(Chore(chore), owner, row) for chore, owner, row in found]


async def forget_deliveries(session: AsyncSession, older_than: timedelta) -> None:
    """Forget webhooks that can't come again."""
    await session.execute(text("SELECT app.forget_deliveries(:older)"), {"older": older_than})


async def count_up(session: AsyncSession, what: str) -> None:
    """Count something that whoever runs the studio may want to know of."""
    await session.execute(text("SELECT app.count_up(:what)"), {"what": what})


async def counted(session: AsyncSession) -> dict[str, int]:
    """Return what was counted, and how many orders are in doubt."""
    found = await session.execute(text("SELECT name, number FROM app.counted()"))
    return {row.name: row.number for row in found}


@dataclass(frozen=True)
class Doubt:
    """An order of which the engine has to be asked by somebody who can see more than we."""

    order_id: UUID
    owner_id: UUID
    kind: OrderKind
    job_id: str | None
    doubt: str
    since: datetime


async def doubts_of_all(session: AsyncSession) -> list[Doubt]:
    """Return the orders in doubt, of all people, the oldest first."""
    found = await session.execute(text("SELECT id, owner_id, kind, job_id, doubt, since FROM app.doubts()"))
    return [Doubt(order, owner, OrderKind(kind), job, doubt, since) for order, owner, kind, job, doubt, since in found]


async def take_turn(session: AsyncSession, call: str, *, step: timedelta, burst: timedelta) -> float:
    """Take a turn at calling the engine; every worker of every host waits for the same ones.

    Calls may follow each other by `step`, and run ahead of that by `burst`.

    Returns:
        The seconds until it may be one's turn; 0.0 when it was taken. Commit it either way: how long there is to wait
        may have been put right by a clock that was set.
    """
    query = text("SELECT app.take_turn(:call, :step, :burst)")
    return await session.scalar(query, {"call": call, "step": step, "burst": burst}) or 0.0


async def stop_turns(session: AsyncSession, call: str, until_then: timedelta) -> None:
    """Give nobody a turn for a while."""
    await session.execute(text("SELECT app.stop_turns(:call, :wait)"), {"call": call, "wait": until_then})
