"""Queries about mails, and the few about their links that run before anyone is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, text
from sqlmodel import col, delete, insert, select

from portrait_app.domain.clock import now
from portrait_app.domain.mail import Mail, MailKind
from portrait_app.domain.rows import new_id

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncSession

KEPT = timedelta(days=1)


class Link(NamedTuple):
    """What a mail's link is for."""

    id: UUID
    owner_id: UUID
    kind: MailKind
    address: str


class Mails:
    """The mails of the person who asks."""

    def __init__(self, session: AsyncSession, owner_id: UUID) -> None:
        self.session = session
        self.owner_id = owner_id

    async def add(self, kind: MailKind, address: str) -> UUID:
        """Write a mail down, and forget the old ones. Its link is the sender's to make: no person's role may."""
        mail_id = new_id()
        made = {"id": mail_id, "owner_id": self.owner_id, "created_at": now(), "kind": kind, "address": address}
        await self.session.execute(insert(Mail).values(made))
        # Last: while the address changes a new row waits for that, and that waits for the old ones, as every link ends.
        await self.session.execute(delete(Mail).where(col(Mail.created_at) < func.now() - KEPT))
        return mail_id

    async def count(self) -> int:
        """Count the mails that are written down."""
        return (await self.session.scalars(select(func.count()).select_from(Mail))).one()

    async def find(self, mail_id: UUID, *, lock: bool = False) -> Mail | None:
        """Return one mail, locked against other transactions if asked."""
        query = select(Mail).where(col(Mail.id) == mail_id)
        return (await self.session.scalars(query.with_for_update() if lock else query)).first()

    async def drop(self, mail: Mail) -> None:
        """Forget a mail that needn't be sent."""
        await self.session.delete(mail)

    async def forget_links(self) -> None:
        """Have no link work any longer that was sent before now."""
        with_link = [kind for kind in MailKind if kind.has_link]
        await self.session.execute(delete(Mail).where(col(Mail.kind).in_(with_link)))

    async def use_link(self, token_hash: bytes) -> Link | None:
        """Use a link up; None when it was used before, or has run out."""
        return _link(
            (await self.session.execute(text("SELECT * FROM app.use_link(:hash)"), {"hash": token_hash})).first()
        )

    async def take_address(self, link: Link) -> str | None:
        """Make the address of a link used just now the account's, and note that it is confirmed.

        Returns: the former one; None when the link was for an address that isn't the account's any longer.
        """
        return await self.session.scalar(text("SELECT former FROM app.take_address(:link)"), {"link": link.id})


async def link_of(session: AsyncSession, token_hash: bytes) -> Link | None:
    """Return what a link is for, without using it up."""
    return _link((await session.execute(text("SELECT * FROM app.link_of(:hash)"), {"hash": token_hash})).first())


async def forgotten_mails(session: AsyncSession, older_than: timedelta, most: int) -> list[tuple[UUID, UUID]]:
    """Return owner and id of mails that nobody seems to send."""
    asked = {"older_than": older_than, "most": most}
    found = await session.execute(text("SELECT owner_id, id FROM app.forgotten_mails(:older_than, :most)"), asked)
    return [(row[0], row[1]) for row in found]


def _link(found: Row[Any] | None) -> Link | None:
    if found is None:
        return None
    mail_id, owner_id, kind, address = tuple(found)
    return Link(mail_id, owner_id, MailKind(kind), address)
