"""Asking once more: what an open browser alone must not be enough for is done soon after signing in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from portrait_app.domain.clock import now
from portrait_app.errors import PortraitError
from portrait_app.services import ways

if TYPE_CHECKING:
    from portrait_app.services.sessions import Someone
    from portrait_app.services.work import Desk, Work

FRESH = timedelta(minutes=10)


class NotFresh(PortraitError):
    """Something was asked for, in a session that began some time ago, that takes a fresh sign-in."""

    headline = "Please sign in once more"
    hint = "What you asked for is for you alone, so we make sure that it is you. Nothing has changed so far."


class OnlyVouchedFor(NotFresh):
    """They signed in just now, by a provider that doesn't say that it asked them anything."""

    headline = "Please sign in with your password or passkey"
    hint = (
        "A provider elsewhere may let this browser through without asking who sits there, and what you asked for is "
        "for you alone. Nothing has changed so far."
    )


async def require(work: Work, someone: Someone) -> None:
    """Let somebody pass who has shown within the last minutes that it is they (ASVS 5.0 7.5.1).

    By password, passkey or both where two steps are asked for; or by a provider that says that it asked them just now.
    An account with no way in but providers that say nothing of it passes by these: there is nothing else to ask for.

    The only gate there is (decision 18): before ways in are added or taken away, two steps asked for or not, password
    or address changed, everything taken away, or the account left. It is passed in the transaction of the act, and
    whoever signs them out at that moment, as a new password does, comes before it or after: nothing is left behind.

    Raises:
        NotFresh: they signed in longer ago, or (OnlyVouchedFor) only a provider knew their browser.
    """
    await work.accounts.hold()
    session = await work.accounts.session_by_id(someone.session_id)
    if session is None or session.revoked_at or session.created_at < now() - FRESH:
        raise NotFresh(f"session {someone.session_id}")
    if not session.is_proven:
        mine = await ways.of(work)
        if mine.has_password or mine.passkeys:
            raise OnlyVouchedFor(f"session {someone.session_id}")


async def require_before(desk: Desk, someone: Someone) -> None:
    """The same, where the work itself begins later, and asks once more.

    Raises:
        NotFresh: they signed in longer ago.
    """
    async with desk.for_person(someone.owner_id) as work:
        await require(work, someone)
