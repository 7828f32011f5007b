"""Passkeys: signing in without a password, and adding, naming and removing what does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from portrait_app.adapters import passkeys as wire
from portrait_app.adapters.passkeys import PasskeyRefused
from portrait_app.database.address import Role
from portrait_app.database.passkeys import passkey_of
from portrait_app.domain.clock import now
from portrait_app.domain.passkey import Passkey
from portrait_app.domain.text import one_line
from portrait_app.errors import NotFound, PortraitError, SignedOut
from portrait_app.services import devices, errands, fresh, sessions, ways

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from portrait_app.adapters.passkeys import Answer, House
    from portrait_app.services.sessions import SignedIn, Someone
    from portrait_app.services.work import Desk, Work

LONGEST_NAME, MOST = 60, 20


class TooManyPasskeys(PortraitError):
    """Nobody has so many devices."""

    headline = "You have as many passkeys as we keep"
    hint = f"Remove one that you don't use any more; {MOST} is the most."


@dataclass(frozen=True)
class Visitor:
    """A browser: the token by which it is known again, and what it says that it is."""

    browser: str
    device: str


async def begin_sign_in(desk: Desk, house: House, visitor: Visitor) -> dict[str, Any]:
    """Return what the browser asks its authenticators for."""
    question = wire.ask_for_any(house)
    await errands.leave(desk, "passkey.sign-in", visitor.browser, question.challenge, {})
    return question.options


async def sign_in(desk: Desk, house: House, visitor: Visitor, answer: Answer, *, only: UUID | None = None) -> SignedIn:
    """Open a session for whoever has this passkey: two factors, the device and what unlocks it.

    Args:
        desk: where passkeys are known.
        house: whom they are made for.
        visitor: the browser.
        answer: what it brings.
        only: whose it must be, where somebody has taken a first step.

    Raises:
        TooLate: the challenge was answered before, is too old, or was another browser's.
        PasskeyRefused: the answer doesn't hold, or is another person's.
    """
    challenge = wire.challenge_in(answer)
    await errands.take(desk, "passkey.sign-in", visitor.browser, challenge)
    async with desk.for_nobody(Role.USER) as session:
        lock = await passkey_of(session, wire.credential_in(answer))
    if lock is None or only not in (None, lock.owner_id):
        raise PasskeyRefused("unknown credential, or another person's")
    count = wire.count_of(house, lock, challenge, answer)
    async with desk.for_person(lock.owner_id) as work:
        await work.accounts.hold()  # before the passkey, as who takes it away
        passkey = await _still_there(work, lock.id)
        if count <= passkey.sign_count and (count or passkey.sign_count):  # signed in since we looked: there is a copy
            raise PasskeyRefused(f"sign count {count} after {passkey.sign_count}")
        passkey.sign_count, passkey.used_at = count, now()
        return await sessions.open_session(work, visitor.device, is_proven=True, took_two_steps=True)


async def begin_adding(desk: Desk, house: House, visitor: Visitor, someone: Someone) -> dict[str, Any]:
    """Return what the browser has its authenticator make.

    Raises:
        NotFresh: the person signed in some time ago.
        TooManyPasskeys: they have more than anybody needs.
    """
    await fresh.require_before(desk, someone)
    async with desk.for_person(someone.owner_id) as work:
        account, known = await work.accounts.mine(), await work.passkeys.all()
    _require_whole(someone, known)
    _require_room(someone, known)
    question = wire.ask_for_a_new_one(house, account, known)
    kept = {"owner": str(someone.owner_id)}
    await errands.leave(desk, "passkey.add", visitor.browser, question.challenge, kept)
    return question.options


async def add(
    desk: Desk, house: House, visitor: Visitor, someone: Someone, answer: Answer
) -> tuple[Passkey, SignedIn | None]:
    """Keep the public half of a passkey that was just made.

    Returns: it; and a new session in place of one that was halfway in.

    Raises:
        NotFresh: the person signed in some time ago.
        TooLate: the challenge was answered before, is too old, or was another browser's or person's.
        PasskeyRefused: the answer doesn't hold, or somebody has this credential already.
        TooManyPasskeys: others were added meanwhile.
    """
    await fresh.require_before(desk, someone)
    challenge = wire.challenge_in(answer)
    kept = await errands.take(desk, "passkey.add", visitor.browser, challenge)
    if kept["owner"] != str(someone.owner_id):
        raise errands.TooLate("another person's challenge")
    new = wire.made(house, challenge, answer)
    try:
        async with desk.for_person(someone.owner_id) as work:
            await fresh.require(work, someone)
            known = await work.passkeys.all()
            _require_whole(someone, known)
            _require_room(someone, known)  # of many that are added at once each counts those before it
            passkey = Passkey(owner_id=work.owner_id, name=devices.in_words(visitor.device), **vars(new))
            work.session.add(passkey)
            await ways.changed(work)
            signed = None
            if someone.is_half:
                signed = await sessions.open_session(work, visitor.device, is_proven=True, took_two_steps=True)
    except IntegrityError as error:
        raise PasskeyRefused("this credential is known") from error
    return passkey, signed


async def rename(work: Work, passkey_id: UUID, name: str) -> None:
    """Call a passkey something else; a name without letters changes nothing.

    Raises:
        NotFound: the asker has none of this id.
    """
    passkey = await work.passkeys.get(passkey_id)
    passkey.name = one_line(name)[:LONGEST_NAME] or passkey.name
    await work.tell("account", work.owner_id)


async def remove(work: Work, someone: Someone, passkey_id: UUID) -> None:
    """Let a passkey open nothing any more, at once; every other browser is signed out.

    Raises:
        NotFresh: the person signed in some time ago.
        NotFound: the asker has none of this id.
        LastWayIn: nothing else would let them in.
        LastPasskey: two steps are asked for, and it is the only one.
    """
    await fresh.require(work, someone)
    passkey = await work.passkeys.get(passkey_id)
    await ways.require_another(work)
    await ways.require_another_passkey(work)
    await work.session.delete(passkey)
    await ways.taken_away(work, but=someone.session_id)


def _require_whole(someone: Someone, known: Sequence[Passkey]) -> None:
    """Let whoever is halfway in add the first passkey, and no other: that would go round the first."""
    if someone.is_half and known:
        raise SignedOut("halfway in, and there is a passkey")


def _require_room(someone: Someone, known: Sequence[Passkey]) -> None:
    if len(known) >= MOST:
        raise TooManyPasskeys(str(someone.owner_id))


async def _still_there(work: Work, passkey_id: UUID) -> Passkey:
    try:
        return await work.passkeys.get(passkey_id)
    except NotFound as error:
        raise PasskeyRefused("removed meanwhile") from error
