"""Links by which the operator lets somebody in, each once."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from portrait_app.domain.account import Invite
from portrait_app.domain.clock import now
from portrait_app.errors import PortraitError
from portrait_app.services.sessions import digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from portrait_app.services.work import Work

LIFETIME = timedelta(days=7)
MOST_OPEN = 50


class NotYours(PortraitError):
    """Only the operator may."""

    headline = "Only whoever runs this studio can do that"
    hint = "Nothing was changed. Ask them for it."


class TooManyOpen(PortraitError):
    """There are plenty of invitations that nobody has used."""

    headline = "There are many open invitations already"
    hint = f"{MOST_OPEN} links wait to be used. Pass those on, or take some back; nothing was changed."


class NotOpen(PortraitError):
    """There is no open invitation of this id, or the asker didn't make it: which of the two isn't said."""

    headline = "This invitation isn't open any more"
    hint = "It was used, ran out or was taken back meanwhile. Nothing was changed."


async def invite(work: Work) -> str:
    """Make an invitation; return its token, known nowhere else.

    Raises:
        NotYours: the asker isn't the operator.
        TooManyOpen: plenty wait to be used.
    """
    if not await work.accounts.is_operator():
        raise NotYours("invite")
    await work.accounts.hold()  # of many taps at once each counts what the one before it made
    if len(await work.accounts.invites()) >= MOST_OPEN:
        raise TooManyOpen("invite")
    token = secrets.token_urlsafe(32)
    work.session.add(Invite(owner_id=work.owner_id, token_hash=digest(token), expires_at=now() + LIFETIME))
    await work.tell("account", work.owner_id)
    return token


async def open_ones(work: Work) -> Sequence[Invite]:
    """Return the invitations that can still be used, the newest first, to the operator; none to others."""
    return await work.accounts.invites() if await work.accounts.is_operator() else ()


async def take_back(work: Work, invite_id: UUID) -> None:
    """Have an invitation that nobody has used open nothing any more, at once.

    Raises:
        NotOpen: it opens nothing as it is, or is not the asker's to take back; nothing was changed.
    """
    if not await work.accounts.take_back(invite_id):
        raise NotOpen("take back")
    await work.tell("account", work.owner_id)
