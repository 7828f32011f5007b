"""Signing up, in and out, and who is behind a cookie."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from portrait_app.database.accounts import password_of, session_of
from portrait_app.database.address import Role
from portrait_app.domain.account import Account, Session
from portrait_app.domain.clock import now
from portrait_app.domain.look import Look
from portrait_app.domain.rows import new_id
from portrait_app.domain.text import one_line
from portrait_app.errors import PortraitError
from portrait_app.services import passwords

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.services.work import Desk, Work

SESSION_LIFETIME = timedelta(days=30)
LONGEST_NAME, LONGEST_EMAIL = 80, 254


class WrongInput(PortraitError):
    """Something typed into a form can't be taken; `fields` says what, beside each field."""

    headline = "Please look at the form again"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(f"wrong fields: {', '.join(fields)}")
        self.fields = fields
        self.hint = " ".join(fields.values())


class UnknownLook(PortraitError):
    """A theme or a hue that isn't offered."""

    headline = "We don't have that look"
    hint = "Choose light, dark or auto, and any colour of the slider. Your look stays as it was."


@dataclass(frozen=True)
class SignedIn:
    """Somebody signed in: their id, and the token for their browser's cookie, known nowhere else."""

    owner_id: UUID
    token: str


@dataclass(frozen=True)
class Someone:
    """Who is behind a token."""

    owner_id: UUID
    session_id: UUID


async def sign_up(desk: Desk, *, name: str, email: str, password: str, device: str) -> SignedIn:
    """Make an account and sign in to it.

    Raises:
        WrongInput: saying which field and why; nothing was made.
    """
    name, email = one_line(name), one_line(email).lower()
    if fields := _complaints(name, email, password):
        raise WrongInput(fields)
    account = Account(id=new_id(), name=name, email=email, password_hash=await passwords.hashed(password))
    try:
        async with desk.for_person(account.id) as work:
            work.session.add(account)
            await work.session.flush()
            return SignedIn(account.id, open_session(work, device))
    except IntegrityError as error:
        if "accounts_email" not in str(error.orig):
            raise
        taken = "There is an account with this address already. Sign in instead?"
        raise WrongInput({"email": taken}) from None


async def sign_in(desk: Desk, *, email: str, password: str, device: str) -> SignedIn:
    """Open a session.

    Raises:
        WrongInput: address and password don't go together; which of the two was wrong is not said.
    """
    async with desk.for_nobody(Role.USER) as session:
        known = await password_of(session, one_line(email))
    is_right = await passwords.matches(password[: passwords.LONGEST], known[1] or None if known else None)
    if known is None or not is_right:
        raise WrongInput({"password": "This address and this password don't go together."})
    async with desk.for_person(known[0]) as work:
        return SignedIn(known[0], open_session(work, device))


async def sign_out(desk: Desk, token: str) -> None:
    """End the session behind this token at once, also in tabs already open."""
    someone = await who(desk, token)
    if someone is None:
        return
    async with desk.for_person(someone.owner_id) as work:
        session = await work.accounts.session_by_id(someone.session_id)
        if session is not None:
            session.revoked_at = now()
        await work.tell("account", someone.owner_id)


async def rename(work: Work, name: str) -> Account:
    """Change what the person is called.

    Raises:
        WrongInput: there is no name, or it is too long; the old one stays.
    """
    name = one_line(name)
    if complaint := _complaint_about_name(name):
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

    The page's own script reads and writes it, so it is not HttpOnly; it holds nothing else.
    """
    return Look.of(account.look).to_cookie()


async def who(desk: Desk, token: str) -> Someone | None:
    """Return who is behind a cookie's token, or None when the session has ended."""
    if not token:
        return None
    async with desk.for_nobody(Role.USER) as session:
        found = await session_of(session, _hash(token))
    return Someone(owner_id=found[1], session_id=found[0]) if found else None


def open_session(work: Work, device: str) -> str:
    """Begin a session for the person this work is for, who has just proven themselves; return its token."""
    token = secrets.token_urlsafe(32)
    expires_at = now() + SESSION_LIFETIME
    work.session.add(
        Session(owner_id=work.owner_id, token_hash=_hash(token), device=device[:200], expires_at=expires_at)
    )
    return token


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _complaints(name: str, email: str, password: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    if complaint := _complaint_about_name(name):
        fields["name"] = complaint
    local, at, domain = email.rpartition("@")
    if not (local and at and "." in domain.strip(".")) or len(email) > LONGEST_EMAIL or any(map(str.isspace, email)):
        fields["email"] = "This doesn't look like an e-mail address."
    if len(password) < passwords.SHORTEST:
        fields["password"] = f"Please use {passwords.SHORTEST} characters or more; a few words make a good one."
    elif len(password) > passwords.LONGEST:
        fields["password"] = f"Please keep it under {passwords.LONGEST} characters."
    return fields


def _complaint_about_name(name: str) -> str:
    if not name:
        return "What shall we call you?"
    return f"Please keep it under {LONGEST_NAME} characters." if len(name) > LONGEST_NAME else ""
