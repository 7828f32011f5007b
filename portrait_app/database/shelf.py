"""What every noun's queries share: a transaction, and the person in whose name it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from sqlmodel import col, select

from portrait_app.domain.rows import Owned
from portrait_app.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

Row = TypeVar("Row", bound=Owned)


class Shelf(Generic[Row]):
    """Rows of one kind. What belongs to somebody else is not there: the database leaves it out."""

    row: type[Row]

    def __init__(self, session: AsyncSession, owner_id: UUID) -> None:
        self.session = session
        self.owner_id = owner_id
        self._held: dict[UUID, Row] = {}

    def hold(self, row: Row) -> None:
        """Note a row that another query of this transaction has read and locked: it isn't asked for once more."""
        self._held[row.id] = row

    def add(self, row: Row) -> Row:
        """Put a new row on the shelf."""
        self.session.add(row)
        return row

    async def find(self, row_id: UUID, *, lock: bool = False) -> Row | None:
        """Return a row by id, locked against other transactions if asked, or None."""
        if lock and row_id in self._held:
            return self._held[row_id]
        query = select(self.row).where(col(self.row.id) == row_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        return (await self.session.scalars(query)).first()

    async def get(self, row_id: UUID, *, lock: bool = False) -> Row:
        """Return a row by id.

        Raises:
            NotFound: it does not exist, or is somebody else's: the answer is the same.
        """
        found = await self.find(row_id, lock=lock)
        if found is None:
            raise NotFound(f"{self.row.__name__} {row_id}")
        return found

    async def remove(self, row: Row) -> None:
        """Take a row from the shelf."""
        await self.session.delete(row)
