"""Queries about accounts elsewhere; the one that runs before anyone is signed in is a look-up by function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlmodel import col, select

from portrait_app.domain.identity import Identity
from portrait_app.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

_BY_SUBJECT = text("SELECT id, owner_id FROM app.identity_of(:issuer, :subject)")


class Identities:
    """The asker's accounts elsewhere."""

    def __init__(self, session: AsyncSession, owner_id: UUID) -> None:
        self.session = session
        self.owner_id = owner_id

    async def all(self) -> Sequence[Identity]:
        """Return them, oldest first."""
        return (
            await self.session.scalars(
                select(Identity).where(col(Identity.owner_id) == self.owner_id).order_by(col(Identity.id))
            )
        ).all()

    async def get(self, identity_id: UUID) -> Identity:
        """Return one of them.

        Raises:
            NotFound: the asker has none of this id.
        """
        mine = select(Identity).where(col(Identity.id) == identity_id, col(Identity.owner_id) == self.owner_id)
        found = (await self.session.scalars(mine)).first()
        if found is None:
            raise NotFound(f"identity {identity_id}")
        return found


async def identity_of(session: AsyncSession, issuer: str, subject: str) -> tuple[UUID, UUID] | None:
    """Return the id and the owner of this account elsewhere, or None when nobody signs in with it here."""
    found = (await session.execute(_BY_SUBJECT, {"issuer": issuer, "subject": subject})).first()
    return (found[0], found[1]) if found else None
