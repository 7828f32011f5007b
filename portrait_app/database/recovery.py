"""Queries about a person's recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func
from sqlmodel import col, delete, select, update

from portrait_app.domain.recovery import RecoveryCode

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


class RecoveryCodes:
    """The asker's recovery codes."""

    def __init__(self, session: AsyncSession, owner_id: UUID) -> None:
        self.session = session
        self.owner_id = owner_id

    async def left(self) -> int:
        """Return how many have not been used."""
        unused = select(func.count()).where(self._is_mine, col(RecoveryCode.used_at).is_(None))
        return (await self.session.scalars(unused)).one()

    async def at(self, position: int) -> RecoveryCode | None:
        """Return the code at a place in the set, used or not; None when there is none."""
        there = select(RecoveryCode).where(self._is_mine, col(RecoveryCode.position) == position)
        return (await self.session.scalars(there)).first()

    async def set_id(self) -> str:
        """Return what the present set is known by; nothing when there is none."""
        first = await self.at(0)
        return str(first.id) if first else ""

    async def use(self, code_id: UUID) -> bool:
        """Use a code up; whoever comes second with it is told no."""
        unused = update(RecoveryCode).where(
            self._is_mine, col(RecoveryCode.id) == code_id, col(RecoveryCode.used_at).is_(None)
        )
        used = await self.session.execute(unused.values(used_at=func.now()).returning(col(RecoveryCode.id)))
        return used.first() is not None

    async def forget(self) -> None:
        """Let none of them open anything any more."""
        await self.session.execute(delete(RecoveryCode).where(self._is_mine))

    @property
    def _is_mine(self) -> Any:
        """A clause, which SQLModel takes for what comparing gives: a truth."""
        return col(RecoveryCode.owner_id) == self.owner_id
