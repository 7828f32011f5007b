"""Queries about what somebody agreed to before their first photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from portrait_app.domain.consent import Consent
from portrait_app.domain.rows import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


class Consents:
    """What the person who asks has agreed to, and taken back."""

    def __init__(self, session: AsyncSession, owner_id: UUID) -> None:
        self.session = session
        self.owner_id = owner_id

    async def to(self, version: str) -> Consent | None:
        """Return the word that was given to this version of the text and not taken back, if there is one."""
        query = select(Consent).where(col(Consent.text_version) == version, col(Consent.withdrawn_at).is_(None))
        return (await self.session.scalars(query)).first()

    async def all(self) -> Sequence[Consent]:
        """Return every word that was ever given, the newest first."""
        return (await self.session.scalars(select(Consent).order_by(col(Consent.id).desc()))).all()

    async def give(self, version: str) -> None:
        """Write down that the person agreed; when they have already, nothing changes."""
        word = insert(Consent).values(id=new_id(), owner_id=self.owner_id, text_version=version)
        await self.session.execute(
            word.on_conflict_do_nothing(
                index_elements=[col(Consent.owner_id), col(Consent.text_version)],
                index_where=col(Consent.withdrawn_at).is_(None),
            )
        )

    async def withdraw(self) -> None:
        """Take back whatever was agreed to, in any version."""
        living = update(Consent).where(col(Consent.withdrawn_at).is_(None)).values(withdrawn_at=func.now())
        await self.session.execute(living.execution_options(synchronize_session=False))
