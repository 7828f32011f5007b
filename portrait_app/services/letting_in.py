"""Whoever has lost what opens their account is let in again, by the word of whoever runs the studio (decision 20)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app.database.accounts import password_of
from portrait_app.database.address import Role
from portrait_app.domain.mail import MailKind
from portrait_app.domain.text import one_line
from portrait_app.errors import PortraitError
from portrait_app.services import mails, sessions

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.services.work import Desk


class NobodyThere(PortraitError):
    """No account has this address."""

    headline = "There is no account with this address"
    hint = "So nothing was changed. Ask them which address they signed up with."


@dataclass(frozen=True)
class Begun:
    """What was done: how many browsers were signed out, and whether the address was ever shown to be the person's."""

    signed_out: int
    is_confirmed: bool


async def find(desk: Desk, email: str) -> UUID:
    """Return whose address this is.

    Raises:
        NobodyThere: nobody's.
    """
    async with desk.for_nobody(Role.USER) as session:
        known = await password_of(session, one_line(email))
    if known is None:
        raise NobodyThere("let in")
    return known[0]


async def begin(desk: Desk, owner_id: UUID) -> Begun:
    """End every session of a person's, and send a link to the address of their account: there, and nowhere else.

    Whoever asked for it opens nothing by that. What was lost goes when the link is used (`addresses.reset`); if it
    never is, password, passkeys and codes are what they were.
    """
    async with desk.for_person(owner_id) as work:
        await work.accounts.hold()  # before its address is read, which may be changing
        account = await work.accounts.mine()
        living = await sessions.living(work)
        await sessions.end_all(work)
        await work.mails.forget_links()  # another may have been asked for by whoever has the account now
        await mails.write(work, MailKind.LET_IN, account.email)
        return Begun(len(living), account.verified_at is not None)
