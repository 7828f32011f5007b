"""Signing in by address and password, and all that is said when they open nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from portrait_app.database.accounts import password_of
from portrait_app.database.address import Role
from portrait_app.domain.mail import MailKind
from portrait_app.domain.rows import new_id
from portrait_app.domain.text import one_line
from portrait_app.services import limits, mails, passwords, steps
from portrait_app.services.complaints import WrongInput
from portrait_app.services.limits import TooManyTries

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.services.steps import Entered
    from portrait_app.services.work import Desk

_NOT_TOGETHER = "This address and this password don't go together"
_NOT_LET_IN_YET = (
    f"{_NOT_TOGETHER}; or they do, and you haven't confirmed the address yet: then a new link is on its way to it."
)


class NotLetIn(WrongInput):
    """Address and password open nothing; `unconfirmed` is whose they are when only the address isn't confirmed yet."""

    def __init__(self, unconfirmed: UUID | None, *, must_be_confirmed: bool) -> None:
        super().__init__({"password": _NOT_LET_IN_YET if must_be_confirmed else f"{_NOT_TOGETHER}."})
        self.unconfirmed = unconfirmed


async def sign_in(desk: Desk, *, email: str, password: str, device: str, must_be_confirmed: bool = False) -> Entered:
    """Open a session, or take the first of two steps.

    Raises:
        NotLetIn: address and password don't go together, or the address must be confirmed first. Which isn't said: who
            signs up with somebody's address would learn at the next sign-in if there was an account.
    """
    owner_id, is_right = await _known_by(desk, email, password)
    async with desk.for_person(owner_id) as work:  # also nobody's: it takes as long whether or not they are known
        account = await work.accounts.find()
        if account is not None and is_right and (account.verified_at or not must_be_confirmed):
            await work.accounts.forget_old_sessions()
            await work.tell("account", owner_id)  # the other browsers list this one
            return await steps.after_one(work, device, is_proven=True)
    raise NotLetIn(owner_id if is_right else None, must_be_confirmed=must_be_confirmed)


async def confirm_again(desk: Desk, owner_id: UUID) -> None:
    """Send whoever knows the password of an unconfirmed account another link, unless enough are on their way."""
    with suppress(TooManyTries):
        await limits.take(desk, limits.MAIL_OF_PERSON, str(owner_id))
        async with desk.for_person(owner_id) as work:
            await mails.write(work, MailKind.CONFIRM, (await work.accounts.mine()).email)


async def _known_by(desk: Desk, email: str, password: str) -> tuple[UUID, bool]:
    """Return whose address this is, or nobody's id, and whether the password is theirs. It takes as long either way."""
    async with desk.for_nobody(Role.USER) as session:
        known = await password_of(session, one_line(email))
    is_right = await passwords.matches(password, known[1] if known else None)
    return (known[0], is_right) if known else (new_id(), False)
