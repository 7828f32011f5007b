"""The one place that keeps what lies in the Trash out of a person's sight: every query of theirs goes through here.

It is the query and no policy of the database that leaves it out: to a policy that hides a deleted row, putting it into
the Trash is writing a row that one may not see, and Postgres refuses that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import ColumnElement, event, func
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlmodel import col, select, update

from portrait_app.database.shelf import Shelf
from portrait_app.domain.generation import Asset
from portrait_app.domain.retention import TRASH_STAYS
from portrait_app.domain.rows import Trashable
from portrait_app.domain.training import Training
from portrait_app.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

TRASHABLE: tuple[type[Trashable], ...] = (Training, Asset)
WITH_TRASH = {"with_trash": True}
"""Execution options of a query that looks into the Trash as well."""
_SEES_TRASH = "sees_trash"

Row = TypeVar("Row", bound=Trashable)
_LEAVING_IT_OUT = [with_loader_criteria(row, col(row.deleted_at).is_(None), include_aliases=True) for row in TRASHABLE]


class Sight(Session):
    """A session that leaves out what lies in the Trash, unless it was opened for a job or the query says otherwise.

    A job sees every row: what is under way is ended also for what was deleted meanwhile.
    """


def sight_of(*, is_job: bool) -> dict[str, Any]:
    """Return what `AsyncSession` is told, so that it sees as it should."""
    return {"sync_session_class": Sight, "info": {_SEES_TRASH: is_job}}


@event.listens_for(Sight, "do_orm_execute")
def _leave_out_the_trash(asked: ORMExecuteState) -> None:
    if asked.session.info.get(_SEES_TRASH) or asked.execution_options.get("with_trash"):
        return
    if asked.is_select or asked.is_update or asked.is_delete:
        asked.statement = asked.statement.options(*_LEAVING_IT_OUT)


async def moment(session: AsyncSession) -> datetime:
    """Return the moment at which the transaction began, by the database's clock."""
    return (await session.scalars(select(func.now()))).one()


class TrashableShelf(Shelf[Row], Generic[Row]):
    """Rows of which some lie in the Trash."""

    async def find_anywhere(self, row_id: UUID, *, lock: bool = False) -> Row | None:
        """Return a row by id, also from the Trash, or None."""
        query = select(self.row).where(col(self.row.id) == row_id).execution_options(**WITH_TRASH)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        return (await self.session.scalars(query)).first()

    async def get_anywhere(self, row_id: UUID, *, lock: bool = False) -> Row:
        """Return a row by id, also from the Trash.

        Raises:
            NotFound: it does not exist, or is somebody else's.
        """
        found = await self.find_anywhere(row_id, lock=lock)
        if found is None:
            raise NotFound(f"{self.row.__name__} {row_id}")
        return found

    async def in_trash(self) -> Sequence[Row]:
        """Return what lies in the Trash and can be restored, what was put there last first."""
        query = select(self.row).where(self._can_return()).execution_options(**WITH_TRASH)
        return (
            await self.session.scalars(query.order_by(col(self.row.deleted_at).desc(), col(self.row.id).desc()))
        ).all()

    async def find_in_trash(self, row_id: UUID) -> Row | None:
        """Return a row that lies in the Trash and can be restored, or None."""
        query = select(self.row).where(col(self.row.id) == row_id, self._can_return())
        return (await self.session.scalars(query.execution_options(**WITH_TRASH))).first()

    async def into_trash(self, ids: Collection[UUID]) -> Sequence[UUID]:
        """Put rows into the Trash; return which were put there by this."""
        return await self._change(ids, col(self.row.deleted_at).is_(None), deleted_at=func.now())

    async def out_of_trash(self, ids: Collection[UUID]) -> Sequence[UUID]:
        """Take rows out of the Trash; return which were. What is past its time, or is to go for good, stays there."""
        return await self._change(ids, self._can_return(), deleted_at=None)

    def _can_return(self) -> ColumnElement[bool]:
        """Whether a row lies in the Trash, and may leave it again."""
        return col(self.row.deleted_at) > func.now() - TRASH_STAYS

    async def _change(self, ids: Collection[UUID], which: ColumnElement[bool], **values: Any) -> Sequence[UUID]:
        # Locked in the order of their ids: two tabs that change the same ones must not wait for each other.
        found = select(col(self.row.id)).where(col(self.row.id).in_(ids), which).order_by(col(self.row.id))
        locked = (await self.session.scalars(found.with_for_update().execution_options(**WITH_TRASH))).all()
        changed = update(self.row).where(col(self.row.id).in_(locked)).values(**values)
        await self.session.execute(changed.execution_options(**WITH_TRASH, synchronize_session=False))
        return locked
