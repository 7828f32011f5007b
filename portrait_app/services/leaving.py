"""Leaving the studio: asked for, thought over for a week, and taken back with a tap."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from portrait_app.domain.clock import now
from portrait_app.domain.mail import MailKind
from portrait_app.errors import PortraitError
from portrait_app.services import fresh, mails, sessions

if TYPE_CHECKING:
    from datetime import datetime

    from portrait_app.services.sessions import Someone
    from portrait_app.services.work import Desk, Work

TO_THINK = timedelta(days=7)


class RunsTheStudio(PortraitError):
    """The operator wants to leave while others have accounts."""

    headline = "You run this studio"
    hint = (
        "Others have accounts here, and somebody must look after the studio. You can leave when yours is the last "
        "account. Nothing was changed."
    )


class AboutToLeave(PortraitError):
    """Something new was begun by somebody who is leaving."""

    headline = "You are about to leave"
    hint = "Nothing new is begun for an account that is going to be deleted. Tap Stay first; all that you have is safe."


class TooLate(PortraitError):
    """The moment has come."""

    headline = "It is too late to stay"
    hint = "Your account is being deleted. A receipt says when it is; from then on you are welcome to make a new one."


async def require_may_leave(desk: Desk, someone: Someone) -> None:
    """Let somebody ask to leave.

    Raises:
        NotFresh: they signed in some time ago.
        RunsTheStudio: others need them.
    """
    async with desk.for_person(someone.owner_id) as work:
        await fresh.require(work, someone)
        usage = await work.accounts.usage()
    if usage is not None and usage.accounts > 1:
        raise RunsTheStudio(f"{usage.accounts} accounts")


async def ask(desk: Desk, someone: Someone) -> datetime:
    """Have everything of this person deleted in a week; every other browser is signed out. Return when.

    Raises:
        NotFresh, RunsTheStudio: nothing was changed.
    """
    await require_may_leave(desk, someone)
    async with desk.for_person(someone.owner_id) as work:
        await fresh.require(work, someone)
        account = await work.accounts.mine()
        if account.leave_at is None:
            account.leave_at = now() + TO_THINK
            await sessions.end_all(work, but=someone.session_id)
            await mails.write(work, MailKind.LEAVING, account.email)
        return account.leave_at


async def stay(work: Work) -> None:
    """Take it back. All is as it was, but for the browsers that were signed out.

    Raises:
        TooLate: the moment has come.
    """
    await work.accounts.hold()
    account = await work.accounts.mine()
    if account.leave_at is not None and account.leave_at <= now():
        raise TooLate("stay")
    account.leave_at = None
    await work.tell("account", account.id)


async def require_staying(work: Work) -> None:
    """Let something new be begun.

    Raises:
        AboutToLeave: nothing was begun.
    """
    if (await work.accounts.mine()).leave_at is not None:
        raise AboutToLeave("something new")
