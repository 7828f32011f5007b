"""Queries about exports, and about everything that goes into one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, text
from sqlalchemy import select as sa_select
from sqlmodel import col, select

from portrait_app.database.shelf import Shelf
from portrait_app.database.trash import WITH_TRASH
from portrait_app.domain.export import Export

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from datetime import timedelta
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlmodel import SQLModel

A_FEW = 500


class Exports(Shelf[Export]):
    """The person's exports."""

    row = Export

    async def all(self) -> Sequence[Export]:
        """Return them, newest first."""
        return (await self.session.scalars(select(Export).order_by(col(Export.id).desc()))).all()

    async def newest(self) -> Export | None:
        """Return the one that was asked for last."""
        return (await self.session.scalars(select(Export).order_by(col(Export.id).desc()).limit(1))).first()

    async def is_over(self, export: Export) -> bool:
        """Whether the moment has come until which it is kept; the database's clock decides."""
        over = select(func.coalesce(col(Export.expires_at) < func.now(), False)).where(col(Export.id) == export.id)
        return bool(await self.session.scalar(over))


async def pages_of(
    session: AsyncSession, row: type[SQLModel], columns: Sequence[str], owner: str, owner_id: UUID
) -> AsyncGenerator[Sequence[Any]]:
    """Give these columns of all the person's rows of one kind, some at a time, in the order they were made.

    What lies in the Trash is theirs as well.

    No other column is read: what must not leave the house never enters the process.
    """
    named = [getattr(row, name) for name in columns]
    mine: Select[*tuple[Any, ...]] = sa_select(*named).where(getattr(row, owner) == owner_id)
    by = getattr(row, "id", getattr(row, owner))
    found = await session.stream(mine.order_by(by).execution_options(yield_per=A_FEW, **WITH_TRASH))
    async for page in found.partitions():
        yield page


async def forgotten_exports(session: AsyncSession, older_than: timedelta, most: int) -> list[tuple[UUID, UUID, bool]]:
    """Return owner and id of exports that nobody seems to make, and of those whose time is over (True)."""
    asked = {"older_than": older_than, "most": most}
    found = await session.execute(text("SELECT * FROM app.forgotten_exports(:older_than, :most)"), asked)
    return [(row[0], row[1], row[2]) for row in found]
