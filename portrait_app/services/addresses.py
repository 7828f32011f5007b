"""What links in mails do: an address is confirmed or changed by one, and a forgotten password replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from portrait_app.database.accounts import appoint_operator, is_empty_for_us, password_of
from portrait_app.database.address import Role
from portrait_app.database.mails import link_of
from portrait_app.domain.mail import MailKind
from portrait_app.domain.text import one_line
from portrait_app.errors import PortraitError
from portrait_app.services import complaints, fresh, leaving, mails, passwords, sessions, steps, ways
from portrait_app.services.complaints import WrongInput

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.database.mails import Link
    from portrait_app.domain.account import Account
    from portrait_app.services.sessions import SignedIn, Someone
    from portrait_app.services.steps import Entered
    from portrait_app.services.work import Desk, Work


class LinkUsedUp(PortraitError):
    """A link that was used before, has run out, was replaced, or never was."""

    headline = "This link doesn't work any more"
    hint = "Each link works once, for ten minutes. Nothing was changed; ask for another one."


class AddressTaken(PortraitError):
    """Somebody else's account has this address meanwhile."""

    headline = "This address belongs to another account"
    hint = "Your account keeps the address it has. Sign in to the other one, or choose a third address."


async def ask_for_reset(desk: Desk, email: str, *, confirms_addresses: bool) -> None:
    """Send a link to a new password, if there is an account with this address; who asks isn't told which.

    Args:
        desk: where accounts are known.
        email: what was typed.
        confirms_addresses: whether there is a mail server. Without one nothing is sent to who waits to be let in.
    """
    email = one_line(email).lower()
    async with desk.for_nobody(Role.USER) as session:
        known = await password_of(session, email)
    if known is not None:
        async with desk.for_person(known[0]) as work:
            if confirms_addresses or not _waits(await work.accounts.mine()):
                await mails.write(work, MailKind.RESET, email)


async def look_at(desk: Desk, token: str) -> Link:
    """Return what a link is for; it is not used up by that.

    Raises:
        LinkUsedUp: it doesn't work any more.
    """
    async with desk.for_nobody(Role.USER) as session:
        link = await link_of(session, sessions.digest(token))
    if link is None:
        raise LinkUsedUp("look")
    return link


async def reset(desk: Desk, token: str, password: str, *, confirms_addresses: bool) -> None:
    """Use a link up for a new password; every session ends, and so does every other link.

    One that was sent by the operator's word also closes every other way in: what is lost may have been found.

    Raises:
        LinkUsedUp: it doesn't work any more, or its owner waits to be let in: where no mail is sent, it shows nothing
            of whose the address is. The password stays.
        WrongInput: this password can't be taken; the link still works.
    """
    link = await look_at(desk, token)
    if not link.kind.sets_password:
        raise LinkUsedUp("not for a password")
    async with desk.for_person(link.owner_id) as work:
        account = await work.accounts.mine()
        name, email, was_proven = account.name, account.email, account.verified_at is not None
    if link.kind is MailKind.RESET and not confirms_addresses and _waits(account):
        raise LinkUsedUp("not let in yet")
    hashed = await _hash_of(password, name, email)
    async with desk.for_person(link.owner_id) as work:
        await _use(work, token)
        await _set_password(work, hashed)
        # Whoever had typed this address first may have left themselves a way in; and who is let in has lost theirs.
        if not was_proven or link.kind is MailKind.LET_IN:
            await ways.close_others(work)


async def change_password(desk: Desk, someone: Someone, device: str, *, current: str, new: str) -> SignedIn:
    """Put a new password in place of the old one; return the new session of this browser, the only one that is left.

    It is worth what the former one was: one step, or two.

    Raises:
        NotFresh: they signed in some time ago.
        WrongInput: one of the two is wrong; nothing was changed.
    """
    await fresh.require_before(desk, someone)
    account = await _by_password(desk, someone.owner_id, current)
    try:
        hashed = await _hash_of(new, account[0], account[1])
    except WrongInput as error:
        raise WrongInput({"new": error.fields["password"]}) from None
    async with desk.for_person(someone.owner_id) as work:
        await fresh.require(work, someone)  # a new password meanwhile has ended this session
        await _set_password(work, hashed)
        return await sessions.open_session(work, device, is_proven=True, took_two_steps=someone.took_two_steps)


async def ask_for_change(desk: Desk, someone: Someone, email: str) -> None:
    """Send a link to a new address; the old one stays until that is used.

    Raises:
        NotFresh: they signed in some time ago.
        AboutToLeave: mails to an address that is no longer theirs would be found by nobody when everything goes.
        WrongInput: this is no address.
    """
    email = one_line(email).lower()
    async with desk.for_person(someone.owner_id) as work:
        await fresh.require(work, someone)
        await leaving.require_staying(work)
        if complaint := complaints.about_email(email):
            raise WrongInput({"email": complaint})
        await mails.write(work, MailKind.CONFIRM, email)


async def ask_for_confirmation(work: Work) -> None:
    """Send another link to the account's address, unless it is confirmed already."""
    await work.accounts.hold()  # a link to a former address, as that changes, would bring it back
    account = await work.accounts.mine()
    if account.verified_at is None:
        await mails.write(work, MailKind.CONFIRM, account.email)


async def confirm(desk: Desk, token: str, someone: Someone | None, password: str, device: str = "") -> Entered | None:
    """Use a link up, and confirm its address. It becomes the account's when it is another.

    Whoever holds the link must be signed in as its owner or know the password: else a stranger who signs up with
    somebody's address would have them confirm it by a careless tap.

    Returns: what the password opens, in the same transaction, so that no new one comes between; None for the owner.

    Raises:
        LinkUsedUp: it doesn't work any more.
        WrongInput: the password is wrong; the link still works.
        SignedOut: their session ended just now; the link still works.
        AddressTaken: another account took the address meanwhile.
        AboutToLeave: it is another address, and theirs stays until everything goes.
    """
    link = await look_at(desk, token)
    if link.kind is not MailKind.CONFIRM:
        raise LinkUsedUp("not for an address")
    if someone is None or someone.owner_id != link.owner_id:
        someone = None
        await _by_password(desk, link.owner_id, password)
    try:
        async with desk.for_person(link.owner_id) as work:
            await _take(work, token)
            if someone is None:
                return await steps.after_one(work, device, is_proven=True)
            await sessions.require(work, someone)  # whoever signs them out comes before this or after
            return None
    except IntegrityError as error:
        if "accounts_email" not in str(error.orig):
            raise
        raise AddressTaken("taken meanwhile") from None


def _waits(account: Account) -> bool:
    return not account.may_come_in(confirms_addresses=False)


async def _take(work: Work, token: str) -> None:
    used = await _use(work, token)
    if used.address != (await work.accounts.mine()).email:
        await leaving.require_staying(work)
        # Asked before it is taken: two accounts that swap their addresses would wait for each other.
        if await password_of(work.session, used.address) is not None:
            raise AddressTaken("taken before")
    former = await work.mails.take_address(used)
    await appoint_operator(work.session)
    if former is not None and former != used.address:
        await work.mails.forget_links()  # those that were sent to the former address
        await mails.write(work, MailKind.NEW_ADDRESS, former)
    await work.tell("account", work.owner_id)


async def _use(work: Work, token: str) -> Link:
    await is_empty_for_us(work.session)  # of several who come in first at once, one is the operator
    await work.accounts.hold()  # before the link, as whoever changes the password and ends every link
    used = await work.mails.use_link(sessions.digest(token))
    if used is None:
        raise LinkUsedUp("used meanwhile")
    if used.kind.sets_password:
        # Whoever read the mail has shown that the address is theirs; a former one, asked for as it changed, isn't.
        if await work.mails.take_address(used) is None:
            raise LinkUsedUp("sent to a former address")
        await appoint_operator(work.session)
    return used


async def _set_password(work: Work, hashed: str) -> None:
    account = await work.accounts.mine()
    account.password_hash = hashed
    await work.mails.forget_links()
    await sessions.end_all(work)
    await mails.write(work, MailKind.NEW_PASSWORD, account.email)


async def _by_password(desk: Desk, owner_id: UUID, password: str) -> tuple[str, str]:
    """Return name and address of the person, who has shown that they know the password."""
    async with desk.for_person(owner_id) as work:
        account = await work.accounts.mine()
    if not await passwords.matches(password, account.password_hash):
        raise WrongInput({"password": "This is not your present password."})
    return account.name, account.email


async def _hash_of(password: str, *own: str) -> str:
    if complaint := (await passwords.strength(password, *own)).complaint:
        raise WrongInput({"password": complaint})
    return await passwords.hashed(password)
