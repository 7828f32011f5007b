"""Who is behind a cookie, and in which browsers a person is signed in."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from portrait_app.database.accounts import session_of
from portrait_app.database.address import Role
from portrait_app.domain.account import Session
from portrait_app.domain.clock import now
from portrait_app.errors import NotFound, SignedOut

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.services.work import Desk, Work

LIFETIME = timedelta(days=30)  # NIST SP 800-63B-4 2.1.3: sign in again within 30 days
IDLE = timedelta(days=14)
TOUCH_AFTER = timedelta(minutes=5)
EVERYWHERE = "everywhere"  # what the form of the way out says for `end_everywhere`


@dataclass(frozen=True)
class SignedIn:
    """Somebody signed in: their id, and the token for their browser's cookie, known nowhere else.

    `is_half` says that the studio asks everybody for two steps, and they took one: see `behind`.
    """

    owner_id: UUID
    token: str
    is_half: bool = False


@dataclass(frozen=True)
class Someone:
    """Who is behind a token.

    Attributes:
        owner_id: the person.
        session_id: their session.
        took_two_steps: whether it was opened by two factors.
        is_half: whether two are asked for, and it was opened by one.
    """

    owner_id: UUID
    session_id: UUID
    took_two_steps: bool = False
    is_half: bool = False


async def who(desk: Desk, token: str, *, is_used: bool = True) -> Someone | None:
    """Return who is behind a cookie's token, or None when the session has ended or opens nothing.

    Every route and every event of a State asks here. A session that was opened by one step where two are asked for is
    nobody's here (ASVS 5.0 6.3.3). That somebody asks is a use of the session, unless it is the studio that asks.
    """
    someone = await behind(desk, token, is_used=is_used)
    return None if someone is None or someone.is_half else someone


async def behind(desk: Desk, token: str, *, is_used: bool = True) -> Someone | None:
    """Return who is behind a cookie's token, also halfway in: to end the session, or to add the first passkey."""
    if not token:
        return None
    async with desk.for_nobody(Role.USER) as session:
        found = await session_of(session, digest(token), IDLE, TOUCH_AFTER if is_used else 2 * IDLE)
    if found is None:
        return None
    is_half = not found.took_two_steps and (found.asks_two_steps or desk.asks_two_steps)
    return Someone(found.owner_id, found.id, found.took_two_steps, is_half)


async def open_session(work: Work, device: str, *, is_proven: bool, took_two_steps: bool = False) -> SignedIn:
    """Open a session for the person this work is for, which their other browsers list; what ran out is forgotten.

    Args:
        work: theirs.
        device: what their browser says of itself.
        is_proven: whether they have shown something of theirs just now (`services/fresh`).
        took_two_steps: whether they have shown two factors. One opens nothing where two are asked for.
    """
    token = secrets.token_urlsafe(32)
    opened = Session(owner_id=work.owner_id, token_hash=digest(token), device=device[:400], expires_at=now() + LIFETIME)
    opened.took_two_steps, opened.is_proven = took_two_steps, is_proven
    await work.accounts.forget_old_sessions()
    work.session.add(opened)
    await work.tell("account", work.owner_id)
    return SignedIn(work.owner_id, token, is_half=work.asks_two_steps and not took_two_steps)


async def living(work: Work) -> tuple[Session, ...]:
    """Return the person's sessions that open something, the last used first: none that lay unused too long."""
    return tuple(each for each in await work.accounts.sessions() if each.seen_at > now() - IDLE)


async def require(work: Work, someone: Someone) -> None:
    """Let somebody pass whose session goes on: it may have ended since it was asked for.

    Raises:
        SignedOut: it has.
    """
    if someone.session_id not in {each.id for each in await work.accounts.sessions()}:
        raise SignedOut(f"session {someone.session_id}")


async def end(work: Work, session_id: UUID) -> None:
    """End one of the person's sessions at once, also in tabs already open.

    Raises:
        NotFound: there is none of this id, or it is somebody else's.
    """
    session = await work.accounts.session_by_id(session_id)
    if session is None:
        raise NotFound(f"session {session_id}")
    session.revoked_at = session.revoked_at or now()
    await work.tell("account", work.owner_id)


async def end_all(work: Work, *, but: UUID | None = None, only_one_step: bool = False) -> None:
    """End every session of the person, or every other one; or of those such as were opened by one step.

    Whoever opens one in the place of another (`fresh.require`) comes before it or after.
    """
    await work.accounts.hold()
    for session in await work.accounts.sessions():
        if session.id != but and not (only_one_step and session.took_two_steps):
            session.revoked_at = now()
    await work.tell("account", work.owner_id)


async def end_former(desk: Desk, token: str) -> None:
    """End the session behind a token, when there is one: its browser signs out, or signs in anew."""
    someone = await behind(desk, token)
    if someone is not None:
        async with desk.for_person(someone.owner_id) as work:
            await end(work, someone.session_id)


async def end_everywhere(desk: Desk, token: str) -> None:
    """End every session of whoever is behind a token, this one too. Halfway in one ends one's own alone."""
    someone = await who(desk, token)
    if someone is None:
        await end_former(desk, token)
        return
    async with desk.for_person(someone.owner_id) as work:
        await end_all(work)


def digest(token: str) -> bytes:
    """Return what is kept of a token. It has 256 random bits, so a fast hash is as good as a slow one."""
    return hashlib.sha256(token.encode()).digest()
