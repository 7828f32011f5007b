"""Signing up, what a person is called, and how the studio looks for them."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from portrait_app.database.accounts import (
    appoint_operator,
    come_by_invite,
    is_empty,
    is_empty_for_us,
    is_invited,
    password_of,
    tell_operator,
    use_invite,
)
from portrait_app.database.address import Role
from portrait_app.domain.account import Account
from portrait_app.domain.look import Look
from portrait_app.domain.mail import MailKind
from portrait_app.domain.preferences import Preferences
from portrait_app.domain.rows import new_id
from portrait_app.domain.text import one_line
from portrait_app.errors import PortraitError
from portrait_app.services import complaints, mails, passwords, sessions
from portrait_app.services.complaints import WrongInput

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from portrait_app.services.sessions import SignedIn
    from portrait_app.services.work import Desk, Work


class SignUp(StrEnum):
    """Who may make an account."""

    OPEN = "open"
    INVITE = "invite"
    CLOSED = "closed"


class NotInvited(PortraitError):
    """Sign-up is not open to whoever asks."""

    headline = "This studio is by invitation"
    hint = "Ask whoever runs it for a link: it works once, for a week. If you made your account by yours, sign in."


class TakesNobody(NotInvited):
    """Sign-up is closed: there is no link to ask for."""

    headline = "This studio takes nobody new"
    hint = "Whoever runs it has closed it to new people. If you have an account here, sign in as you always do."


class UnknownLook(PortraitError):
    """A theme or a hue that isn't offered."""

    headline = "We don't have that look"
    hint = "Choose light, dark or auto, and any colour of the slider. Your look stays as it was."


async def require_open(desk: Desk, mode: SignUp, invite: str = "") -> None:
    """Let somebody make an account; until the first, the operator's, is entered, everybody may.

    Raises:
        NotInvited: only who is invited may, and this is no invitation, or nobody may.
    """
    async with desk.for_nobody(Role.USER) as session:
        if mode is SignUp.OPEN or await is_empty(session):
            return
        if mode is SignUp.INVITE and invite and await is_invited(session, sessions.digest(invite)):
            return
    raise _refused(mode)


async def ask_for_account(desk: Desk, *, name: str, email: str, password: str, mode: SignUp, invite: str) -> Account:
    """Look at what was typed; whether the address has an account isn't looked at.

    Returns: what `make_account` makes, when the answer has been given.

    Raises:
        WrongInput: saying which field and why.
        NotInvited: sign-up isn't open to whoever asks.
    """
    account = await _new_account(name, email, password)
    await require_open(desk, mode, invite)
    return account


async def come_first(desk: Desk, account: Account, device: str, mode: SignUp, invite: str) -> SignedIn | None:
    """Make an account and sign in to it, where the house has no mail server and is nobody's: there is nobody to ask.

    Returns: nothing where the house is somebody's; nothing was made, and it is for `make_account`.

    Raises:
        NotInvited: it became somebody's a moment ago, and isn't open to whoever asks.
    """
    try:
        async with desk.for_person(account.id) as work:
            if await is_empty_for_us(work.session):
                work.session.add(account)
                await work.session.flush()
                return await _enter_first(work, account, device)
    except IntegrityError as error:
        _require_taken(error)
        return await _enter_anew(desk, account, device)
    await require_open(desk, mode, invite)
    return None


async def make_account(desk: Desk, account: Account, mode: SignUp, invite: str) -> None:
    """Make an account that can be entered once its address is confirmed, or once its owner is let in.

    Where there is one with this address its owner is told instead.
    """
    try:
        async with desk.for_person(account.id) as work:
            await add(work, account, mode, invite)
            await mails.write(work, MailKind.CONFIRM, account.email)
            await tell_operator(work.session)
    except IntegrityError as error:
        _require_taken(error)
        async with desk.for_nobody(Role.USER) as session:
            known = await password_of(session, account.email)
        if known is not None:
            await _tell_owner(desk, known[0], account.email, mode, invite)
    except NotInvited:  # somebody else used the invitation a moment before
        return


async def _tell_owner(desk: Desk, owner_id: UUID, email: str, mode: SignUp, invite: str) -> None:
    """Tell whose address it is. The invitation is used up as for a new account: else it would say which of the two."""
    with suppress(NotInvited):
        async with desk.for_person(owner_id) as work:
            await _use_up(work.session, mode, invite)
            await mails.write(work, MailKind.TAKEN, email)


async def rename(work: Work, name: str) -> Account:
    """Change what the person is called.

    Raises:
        WrongInput: there is no name, or it is too long; the old one stays.
    """
    name = one_line(name)
    if complaint := complaints.about_name(name):
        raise WrongInput({"name": complaint})
    account = await work.accounts.mine()
    account.name = name
    await work.tell("account", account.id)
    return account


async def change_look(work: Work, look: Look) -> Account:
    """Keep how the person wants the studio to look, for every device.

    Raises:
        UnknownLook: the old one stays.
    """
    if not look.is_known:
        raise UnknownLook(f"{look!r}"[:80])
    account = await work.accounts.mine()
    account.look = look.to_save()
    await work.tell("account", account.id)
    return account


def look_cookie(account: Account) -> str:
    """Return the value of the cookie `look` for a browser in which this person has signed in.

    The page's own script reads and writes it, so it is not HttpOnly; it holds nothing but the look, and the language
    of dates and numbers where one was chosen: `theme.hue` or `theme.hue.locale`.
    """
    locale = Preferences.of(account.preferences).locale
    return ".".join([Look.of(account.look).to_cookie(), *([locale] if locale else [])])


async def _new_account(name: str, email: str, password: str) -> Account:
    name, email = one_line(name), one_line(email).lower()
    judged = await passwords.strength(password, name, email)
    said = {"name": complaints.about_name(name), "email": complaints.about_email(email), "password": judged.complaint}
    if fields := {field: words for field, words in said.items() if words}:
        raise WrongInput(fields)
    return Account(id=new_id(), name=name, email=email, password_hash=await passwords.hashed(password))


async def add(work: Work, account: Account, mode: SignUp, invite: str) -> None:
    """Write the account down, if whoever asks may have one. An invitation lets its owner in, where mails don't.

    Raises:
        NotInvited: sign-up isn't open to whoever asks.
    """
    is_invited_in = await _use_up(work.session, mode, invite)
    work.session.add(account)
    await work.session.flush()
    if is_invited_in:
        await come_by_invite(work.session, sessions.digest(invite))


async def _enter_first(work: Work, account: Account, device: str) -> SignedIn:
    await mails.write(work, MailKind.CONFIRM, account.email)
    await appoint_operator(work.session)
    return await sessions.open_session(work, device, is_proven=True)


async def _enter_anew(desk: Desk, account: Account, device: str) -> SignedIn | None:
    """Come in first by an address that somebody asked for before, and whose account nobody ever entered.

    Whoever tried a mail server that carried nothing types theirs a second time. As in `appoint_operator`, nothing of
    that asking stays: name and password are the ones that were typed now.
    """
    async with desk.for_nobody(Role.USER) as session:
        known = await password_of(session, account.email)
    if known is None:
        return None
    async with desk.for_person(known[0]) as work:
        if not await is_empty_for_us(work.session):
            return None
        former = await work.accounts.mine()
        former.name, former.password_hash = account.name, account.password_hash
        await work.mails.forget_links()
        return await _enter_first(work, former, device)


async def _use_up(session: AsyncSession, mode: SignUp, invite: str) -> bool:
    """Use the invitation up, where one is asked for. Return whether it was."""
    if mode is SignUp.OPEN or await is_empty_for_us(session):
        return False
    if not (mode is SignUp.INVITE and await use_invite(session, sessions.digest(invite))):
        raise _refused(mode)
    await tell_operator(session)  # whose list it stood in
    return True


def _require_taken(error: IntegrityError) -> None:
    if "accounts_email" not in str(error.orig):
        raise error


def _refused(mode: SignUp) -> NotInvited:
    return TakesNobody(mode) if mode is SignUp.CLOSED else NotInvited(mode)
