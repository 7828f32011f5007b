"""The signed link by which news stop coming by mail, with one tap and without a session (RFC 8058)."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING
from uuid import UUID

from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from email.message import EmailMessage
    from email.policy import Policy

    from portrait_app.services.work import Desk

STOP_PATH = "/mails/stop/"
_ID_BYTES, _SIGNED_BYTES = 16, 16  # 128 bits that nobody guesses; mails are kept for years, so it doesn't run out


class NoStopLink(PortraitError):
    """Nobody here was ever sent this link, or the studio's key is another by now."""

    headline = "This link doesn't work"
    hint = "Nothing was changed. Which mails you get, you can say under Preferences, once you are signed in."


class _Whole(str):
    """The value of a header in one line, whatever its length: Python would cut the address and encode its parts."""

    __slots__ = ()
    name = "List-Unsubscribe"

    def fold(self, *, policy: Policy) -> str:
        """Write the header down."""
        return f"{self.name}: {self}{policy.linesep}"


def link_of(desk: Desk, owner_id: UUID) -> str:
    """Return the path under which this person's news are stopped. It says who, and can do nothing else."""
    return STOP_PATH + urlsafe_b64encode(owner_id.bytes + _signed(desk, owner_id.bytes)).decode().rstrip("=")


def whose(desk: Desk, word: str) -> UUID:
    """Return whose link ends with this word.

    Raises:
        NoStopLink: nobody's.
    """
    try:
        read = urlsafe_b64decode(f"{word}{'=' * (-len(word) % 4)}")
    except ValueError:
        raise NoStopLink("unreadable") from None
    said, signed = read[:_ID_BYTES], read[_ID_BYTES:]
    if not hmac.compare_digest(signed, _signed(desk, said)):
        raise NoStopLink("not signed by us")
    return UUID(bytes=said)


def say_how(message: EmailMessage, address: str) -> None:
    """Let mail programs offer it beside the sender's name: over https with one tap, else by the page."""
    message["List-Unsubscribe"] = _Whole(f"<{address}>")
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _signed(desk: Desk, said: bytes) -> bytes:
    return hmac.digest(desk.database.address.actor_key, b"unsubscribe\0" + said, "sha256")[:_SIGNED_BYTES]
