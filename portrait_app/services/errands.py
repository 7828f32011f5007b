"""What we remember while a browser is away, at its authenticator or at a provider: kept here, taken once, and soon.

The browser carries a random token in a cookie, and the answer it brings back carries a random word (a challenge, a
state). Only both together find what was kept: nobody can have another browser finish what theirs began.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from portrait_app.database import errands
from portrait_app.database.address import Role
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from portrait_app.services.work import Desk

LIFETIME = timedelta(minutes=5)
Kind = Literal["passkey.sign-in", "passkey.add", "provider", "second-step", "new-password"]


class TooLate(PortraitError):
    """What comes back belongs to nothing that we wait for: it is too old, was used before, or began elsewhere."""

    headline = "That took a little too long"
    hint = "Nothing was changed. Please try once more, in this same browser."
    is_retryable = True


async def leave(desk: Desk, kind: Kind, browser: str, word: str, kept: dict[str, Any]) -> None:
    """Remember something until this browser comes back with this word."""
    async with desk.for_nobody(Role.USER) as session:
        await errands.leave(session, _key(kind, browser, word), kept, LIFETIME)


async def take(desk: Desk, kind: Kind, browser: str, word: str) -> dict[str, Any]:
    """Return what was left, once.

    Raises:
        TooLate: there is nothing under this word for this browser, or nothing any more.
    """
    async with desk.for_nobody(Role.USER) as session:
        kept = await errands.take(session, _key(kind, browser, word))
    if kept is None or not browser:
        raise TooLate(kind)
    return kept


def _key(kind: Kind, browser: str, word: str) -> bytes:
    return hashlib.sha256(f"{kind}\n{browser}\n{word}".encode()).digest()
