"""Queries about people and their sessions; the few that run before anyone is signed in are look-ups by function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlmodel import col, select

from portrait_app.domain.account import Account, Session
from portrait_app.errors import SignedOut

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


class Accounts:
    """The account of the person who asks."""

    def __init__(self, session: AsyncSession, owner_id: UUID) -> None:
        self.session = session
        self.owner_id = owner_id

    async def mine(self) -> Account:
        """Return the asker's own account."""
        found = (await self.session.scalars(select(Account).where(col(Account.id) == self.owner_id))).first()
        if found is None:
            raise SignedOut(f"no account {self.owner_id}")
        return found

    async def hold(self) -> None:
        """Keep others from changing the account until this transaction ends."""
        await self.session.execute(select(col(Account.id)).where(col(Account.id) == self.owner_id).with_for_update())

    async def session_by_id(self, session_id: UUID) -> Session | None:
        """Return one of the asker's sessions."""
        return (await self.session.scalars(select(Session).where(col(Session.id) == session_id))).first()


async def password_of(session: AsyncSession, email: str) -> tuple[UUID, str] | None:
    """Return whose address this is and the hash of their password, or None."""
    found = (
        await session.execute(text("SELECT id, password_hash FROM app.password_of(:email)"), {"email": email})
    ).first()
    return (found[0], found[1]) if found else None


async def session_of(session: AsyncSession, token_hash: bytes) -> tuple[UUID, UUID] | None:
    """Return the id and the owner of the living session with this token, or None."""
    found = (
        await session.execute(text("SELECT id, owner_id FROM app.session_of(:hash)"), {"hash": token_hash})
    ).first()
    return (found[0], found[1]) if found else None


async def verified_account_at(session: AsyncSession, email: str) -> UUID | None:
    """Return whose address this is, when they have proven that it is theirs; None otherwise."""
    return await session.scalar(text("SELECT id FROM app.verified_account_at(:email)"), {"email": email})
