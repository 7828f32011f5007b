"""The ways into an account: how many there are, and who may add one or take one away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app.domain.mail import MailKind
from portrait_app.errors import PortraitError
from portrait_app.services import mails, sessions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from portrait_app.domain.identity import Identity
    from portrait_app.domain.passkey import Passkey
    from portrait_app.services.work import Work


class LastPasskey(PortraitError):
    """Taking this away would leave nothing to take the second step with."""

    headline = "This is your only passkey"
    hint = (
        "Two steps are asked for when you sign in, and it is one of them. "
        "Add another passkey first; then this one can go."
    )


class LastWayIn(PortraitError):
    """Taking this away would lock the person out."""

    headline = "This is your only way in"
    hint = "Add another one first: a passkey, or an account elsewhere. Then this one can go."


@dataclass(frozen=True)
class Ways:
    """Every way into one account; and whether its owner asks for two steps, and the recovery codes that are left."""

    has_password: bool
    passkeys: Sequence[Passkey]
    identities: Sequence[Identity]
    asks_two_steps: bool = False
    codes_left: int = 0

    @property
    def count(self) -> int:
        """How many there are."""
        return self.has_password + len(self.passkeys) + len(self.identities)


async def of(work: Work) -> Ways:
    """Return the asker's ways in."""
    account = await work.accounts.mine()
    return Ways(
        bool(account.password_hash),
        await work.passkeys.all(),
        await work.identities.all(),
        account.two_steps_at is not None,
        await work.recovery_codes.left(),
    )


async def asks_two(work: Work) -> bool:
    """Whether one step is not enough to come in: the owner chose so, or the studio did and there is a passkey."""
    account = await work.accounts.mine()
    return account.two_steps_at is not None or (work.asks_two_steps and bool(await work.passkeys.all()))


async def changed(work: Work) -> None:
    """Tell the person, by mail too, that the ways into their account are others now (ASVS 5.0 6.3.7)."""
    await mails.write(work, MailKind.NEW_WAYS, (await work.accounts.mine()).email)
    await work.tell("account", work.owner_id)


async def taken_away(work: Work, but: UUID) -> None:
    """Sign every other browser out once a way in is gone: mostly what it was on is lost, and may stand open.

    Which way each was opened by isn't asked: a passkey is on several devices, and the lost one may know the password.
    """
    await work.session.flush()  # first, so that who comes in by it just now has either come by then, or is refused
    await sessions.end_all(work, but=but)
    await changed(work)


async def close_others(work: Work) -> None:
    """Leave the password alone as a way in: passkeys, codes and accounts elsewhere open nothing any more.

    So no second step is asked for either, but where the studio asks everybody: then the first passkey is added anew.
    """
    mine, account = await of(work), await work.accounts.mine()
    account.two_steps_at = None
    for way in (*mine.passkeys, *mine.identities):
        await work.session.delete(way)
    await work.recovery_codes.forget()


async def require_another(work: Work) -> None:
    """Let one way in go only when another stays; two that are taken away at once wait for each other.

    Raises:
        LastWayIn: it is the only one.
    """
    await work.accounts.hold()
    if (await of(work)).count <= 1:
        raise LastWayIn(str(work.owner_id))


async def require_another_passkey(work: Work) -> None:
    """Let a passkey go only when the second step can still be taken.

    Raises:
        LastPasskey: it is the only one, and two steps are asked for.
    """
    await work.accounts.hold()
    if await asks_two(work) and len(await work.passkeys.all()) <= 1:
        raise LastPasskey(str(work.owner_id))
