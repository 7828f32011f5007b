"""Signing in by address and password, and all that is said when they open nothing."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from portrait_app.database.accounts import appoint_operator, is_empty_for_us, password_of
from portrait_app.database.address import Role
from portrait_app.domain.clock import now
from portrait_app.domain.mail import MailKind
from portrait_app.domain.rows import new_id
from portrait_app.domain.text import one_line
from portrait_app.services import errands, limits, mails, passwords, steps
from portrait_app.services.complaints import WrongInput
from portrait_app.services.errands import TooLate
from portrait_app.services.limits import TooManyTries

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.services.steps import Entered
    from portrait_app.services.work import Desk

_NOT_TOGETHER = "This address and this password don't go together"
_NOT_CONFIRMED_YET = (
    f"{_NOT_TOGETHER}; or they do, and you haven't confirmed the address yet: then a new link is on its way to it."
)
_NOT_LET_IN_YET = (
    f"{_NOT_TOGETHER}; or they do, and nobody has let you in yet: whoever runs this studio can, under You."
)


class NotLetIn(WrongInput):
    """Address and password open nothing; `unconfirmed` is whose they are when only the address isn't confirmed yet."""

    def __init__(self, unconfirmed: UUID | None, *, must_be_confirmed: bool) -> None:
        super().__init__({"password": _NOT_CONFIRMED_YET if must_be_confirmed else _NOT_LET_IN_YET})
        self.unconfirmed = unconfirmed if must_be_confirmed else None


async def sign_in(desk: Desk, *, email: str, password: str, device: str, must_be_confirmed: bool = False) -> Entered:
    """Open a session, or take the first of two steps.

    Raises:
        NotLetIn: address and password don't go together, or the address must be confirmed first, or, where there is no
            mail server, the operator is to let them in. Which isn't said: who signs up with somebody's address would
            learn at the next sign-in if there was an account.
    """
    owner_id, right = await _known_by(desk, email, password)
    async with desk.for_person(owner_id) as work:  # also nobody's: it takes as long whether or not they are known
        # Asked before anything is known of them: for a right password alone it would be a query that can be timed.
        is_nobodys = not must_be_confirmed and await is_empty_for_us(work.session)
        # Held for a right password alone: a lock is written down, which takes longer than to find nobody.
        account = await (work.accounts.held() if right else work.accounts.find())
        # Compared again: whoever set another one meanwhile has signed everybody out, and this would be there to stay.
        if account is not None and right and account.password_hash == right:
            if is_nobodys:
                await appoint_operator(work.session)  # asked for while there was a mail server, and entered first now
                await work.session.refresh(account, ["let_in_at"])
            if account.may_come_in(confirms_addresses=must_be_confirmed):
                return await steps.after_one(work, device, is_proven=True)
    raise NotLetIn(owner_id if right else None, must_be_confirmed=must_be_confirmed)


async def count_try(desk: Desk, email: str, network: str, browser: str) -> None:
    """Count a try, whether or not there is such an account.

    Raises:
        TooManyTries: of this network, or of many at this account; but for a browser in which its owner `has_chosen`.
    """
    await limits.take_from(desk, limits.SIGN_IN_OF_NETWORK, network)
    await limits.take(desk, limits.SIGN_IN_OF_BOTH, f"{email}\0{network}")
    try:
        await limits.take(desk, limits.SIGN_IN_OF_ACCOUNT, email)
    except TooManyTries as error:
        try:
            kept = await errands.take(desk, "new-password", browser, email)
        except TooLate:
            raise error from None
        if datetime.fromisoformat(kept["until"]) < now():
            raise
        await errands.leave(desk, "new-password", browser, email, kept)  # for a slip of the finger


async def has_chosen(desk: Desk, browser: str, email: str) -> None:
    """Let a browser try the new password, however many guess elsewhere: it has shown whose mailbox it is."""
    kept = {"until": (now() + errands.LIFETIME).isoformat()}
    await errands.leave(desk, "new-password", browser, email.lower(), kept)


async def confirm_again(desk: Desk, owner_id: UUID) -> None:
    """Send whoever knows the password of an unconfirmed account another link, unless enough are on their way."""
    with suppress(TooManyTries):
        await limits.take(desk, limits.MAIL_OF_PERSON, str(owner_id))
        async with desk.for_person(owner_id) as work:
            await work.accounts.hold()  # as `addresses.ask_for_confirmation`
            await mails.write(work, MailKind.CONFIRM, (await work.accounts.mine()).email)


async def _known_by(desk: Desk, email: str, password: str) -> tuple[UUID, str]:
    """Return whose address this is, or nobody's id, and the hash of the password if it is theirs.

    It takes as long either way.
    """
    async with desk.for_nobody(Role.USER) as session:
        known = await password_of(session, one_line(email))
    is_right = await passwords.matches(password, known[1] if known else None)
    return (known[0], known[1] if is_right else "") if known else (new_id(), "")
