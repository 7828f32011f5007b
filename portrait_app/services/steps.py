"""Two steps at the door: what is asked for after a password, and who has it asked for (decision 16)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from portrait_app.domain.clock import now
from portrait_app.domain.mail import MailKind
from portrait_app.errors import PortraitError
from portrait_app.services import errands, fresh, limits, mails, passkeys, recovery, sessions, ways
from portrait_app.services.complaints import WrongInput
from portrait_app.services.errands import TooLate

if TYPE_CHECKING:
    from portrait_app.adapters.passkeys import Answer, House
    from portrait_app.services.passkeys import Visitor
    from portrait_app.services.sessions import SignedIn, Someone
    from portrait_app.services.work import Desk, Work


class NotByPasskey(PortraitError):
    """Two steps were to be asked for in a session that was opened by one."""

    headline = "Please sign in with your passkey"
    hint = "Before it is asked for at every sign-in, we make sure that it opens the door."


class AlreadyShown(PortraitError):
    """Codes were asked for in the place of a set that is no more: a page was loaded again, or tapped twice."""

    headline = "Your recovery codes were shown already"
    hint = "They are shown once, and nothing was changed. If you haven't put them away, make new ones."


class NotReady(PortraitError):
    """Something is missing, or is as it must be; the hint says what."""

    headline = "That can't be changed yet"

    def __init__(self, hint: str) -> None:
        super().__init__(hint)
        self.hint = hint


_NO_PASSKEY = "Add a passkey first."
_UNCONFIRMED = "Confirm your address first: whoever can't show that it is theirs could lock out whom it belongs to."
_OF_ALL = "This studio asks everybody for two steps."
_IS_OFF = "Recovery codes are for accounts that ask for two steps."


@dataclass(frozen=True)
class FirstStep:
    """Somebody has shown one thing, a password say, and is asked for another. No session is open.

    `ways` is what opened the account by one step just then: once that is another, it is to be taken anew.
    """

    owner_id: UUID
    ways: str


Entered = sessions.SignedIn | FirstStep


async def after_one(work: Work, device: str, *, is_proven: bool) -> Entered:
    """Open a session for whoever has taken one step, or say that the account asks for another."""
    if await ways.asks_two(work):
        return FirstStep(work.owner_id, await _ways_now(work))
    return await sessions.open_session(work, device, is_proven=is_proven)


async def begin(desk: Desk, browser: str, first: FirstStep, following: str) -> str:
    """Remember that this browser has taken the first step.

    Returns: the word that it must bring back with the second.
    """
    word = secrets.token_urlsafe(32)
    until = now() + errands.LIFETIME
    kept = {"owner": str(first.owner_id), "ways": first.ways, "next": following, "until": until.isoformat()}
    await errands.leave(desk, "second-step", browser, word, kept)
    return word


async def by_passkey(desk: Desk, house: House, visitor: Visitor, word: str, answer: Answer) -> tuple[SignedIn, str]:
    """Take the second step with a passkey of the same person's.

    Returns: the session, and where they wanted to go.

    Raises:
        TooLate: no first step was taken in this browser, or it was some time ago; or the challenge is too old.
        PasskeyRefused: the answer doesn't hold, or is another person's. They may try again.
    """
    kept = await _take(desk, visitor.browser, word)
    try:
        return await passkeys.sign_in(desk, house, visitor, answer, only=UUID(kept["owner"])), kept["next"]
    except PortraitError:
        await errands.leave(desk, "second-step", visitor.browser, word, kept)
        raise


async def by_code(desk: Desk, visitor: Visitor, word: str, typed: str) -> SignedIn:
    """Take the second step with a recovery code.

    Raises:
        TooLate: no first step was taken in this browser, or it was some time ago, or by a password that is another now.
        WrongInput: it is none of theirs. They may try again.
        TooManyTries: they have tried too often.
    """
    kept = await _take(desk, visitor.browser, word)
    owner_id = UUID(kept["owner"])
    try:
        code_id = await recovery.find(desk, owner_id, typed)
        async with desk.for_person(owner_id) as work:
            await work.accounts.hold()
            if kept["ways"] != await _ways_now(work):
                raise TooLate("another password since, or a way in less")
            await recovery.use(work, code_id)
            return await sessions.open_session(work, visitor.device, is_proven=True, took_two_steps=True)
    except (WrongInput, limits.TooManyTries):
        await errands.leave(desk, "second-step", visitor.browser, word, kept)
        raise


async def turn_on(desk: Desk, someone: Someone, instead_of: str) -> list[str]:
    """Ask for a passkey after every password from now on; sessions that were opened without one end.

    Args: instead_of: what the set of codes that whoever asks knows of is known by; nothing when there was none.

    Returns: recovery codes, which are known nowhere else.

    Raises:
        NotFresh: they signed in some time ago.
        NotByPasskey: they did so by one step alone.
        NotReady: they have no passkey, or have not confirmed their address.
        AlreadyShown: that set is no more.
    """
    await fresh.require_before(desk, someone)
    if not someone.took_two_steps:
        raise NotByPasskey(str(someone.owner_id))
    codes = recovery.made()
    hashes = await recovery.hashes_of(codes)
    async with desk.for_person(someone.owner_id) as work:
        await fresh.require(work, someone)
        await _require_set(work, instead_of)
        account = await work.accounts.mine()
        _require_ready(await ways.of(work), is_confirmed=account.verified_at is not None)
        account.two_steps_at = account.two_steps_at or now()
        await sessions.end_all(work, but=someone.session_id, only_one_step=True)
        await recovery.replace(work, hashes)
        await mails.write(work, MailKind.TWO_STEPS_ON, account.email)
    return codes


async def turn_off(desk: Desk, someone: Someone) -> None:
    """Let one step open the door again; the recovery codes go.

    Raises:
        NotFresh: they signed in some time ago.
        NotReady: the studio asks everybody for two.
    """
    await fresh.require_before(desk, someone)
    if desk.asks_two_steps:
        raise NotReady(_OF_ALL)
    async with desk.for_person(someone.owner_id) as work:
        await fresh.require(work, someone)
        account = await work.accounts.mine()
        if account.two_steps_at is None:
            return
        account.two_steps_at = None
        await work.recovery_codes.forget()
        await mails.write(work, MailKind.TWO_STEPS_OFF, account.email)
        await work.tell("account", work.owner_id)


async def renew_codes(desk: Desk, someone: Someone, instead_of: str) -> list[str]:
    """Make new recovery codes in the place of a set; the old ones open nothing any more.

    Raises:
        NotFresh: they signed in some time ago.
        NotReady: nothing asks for two steps.
        AlreadyShown: that set is no more.
    """
    await fresh.require_before(desk, someone)
    codes = recovery.made()
    hashes = await recovery.hashes_of(codes)
    async with desk.for_person(someone.owner_id) as work:
        await fresh.require(work, someone)
        if not await ways.asks_two(work):
            raise NotReady(_IS_OFF)
        await _require_set(work, instead_of)
        await recovery.replace(work, hashes)
        await mails.write(work, MailKind.NEW_CODES, (await work.accounts.mine()).email)
        await work.tell("account", work.owner_id)
    return codes


async def _take(desk: Desk, browser: str, word: str) -> dict[str, Any]:
    kept = await errands.take(desk, "second-step", browser, word)
    if datetime.fromisoformat(kept["until"]) < now():  # what is left again after a wrong try lives no longer
        raise TooLate("second step")
    return kept


async def _ways_now(work: Work) -> str:
    mine = await ways.of(work)
    one_step = [(await work.accounts.mine()).password_hash, *sorted(str(each.id) for each in mine.identities)]
    return sessions.digest("\n".join(one_step)).hex()


async def _require_set(work: Work, known: str) -> None:
    """Make codes once for each asking: a page that is loaded again would renew what was just put away."""
    if await work.recovery_codes.set_id() != known:
        raise AlreadyShown("recovery codes")


def _require_ready(mine: ways.Ways, *, is_confirmed: bool) -> None:
    if not mine.passkeys:
        raise NotReady(_NO_PASSKEY)
    if not is_confirmed:
        raise NotReady(_UNCONFIRMED)
