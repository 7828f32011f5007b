"""Queries about passkeys; the one that runs before anyone is signed in is a look-up by function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlmodel import col, select

from portrait_app.domain.passkey import Passkey
from portrait_app.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

_BY_CREDENTIAL = text("SELECT id, owner_id, public_key, sign_count FROM app.passkey_of(:credential)")


@dataclass(frozen=True)
class Lock:
    """What a signature is checked against: whose it would be, the public key, and how often it was used."""

    id: UUID
    owner_id: UUID
    public_key: bytes
    sign_count: int


class Passkeys:
    """The asker's passkeys."""

    def __init__(self, session: AsyncSession, owner_id: UUID) -> None:
        self.session = session
        self.owner_id = owner_id

    async def all(self) -> Sequence[Passkey]:
        """Return them, oldest first."""
        return (
            await self.session.scalars(
                select(Passkey).where(col(Passkey.owner_id) == self.owner_id).order_by(col(Passkey.id))
            )
        ).all()

    async def get(self, passkey_id: UUID) -> Passkey:
        """Return one for change; nobody else changes it until this transaction ends.

        Raises:
            NotFound: the asker has none of this id.
        """
        mine = select(Passkey).where(col(Passkey.id) == passkey_id, col(Passkey.owner_id) == self.owner_id)
        found = (await self.session.scalars(mine.with_for_update())).first()
        if found is None:
            raise NotFound(f"passkey {passkey_id}")
        return found


async def passkey_of(session: AsyncSession, credential_id: bytes) -> Lock | None:
    """Return what a credential's signature is checked against, or None when nobody has it."""
    found = (await session.execute(_BY_CREDENTIAL, {"credential": credential_id})).first()
    return Lock(found[0], found[1], bytes(found[2]), found[3]) if found else None
