"""Who carries mails: a mail server, or a folder on a machine that has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from email.message import EmailMessage


class MailNotTaken(PortraitError):
    """The mail was not taken in; it may be taken later."""

    headline = "The mail could not be sent"
    hint = "It will be tried again by itself for a while."
    is_retryable = True


class Mailer(Protocol):
    """Takes mails, worded and addressed."""

    async def send(self, mail: EmailMessage) -> None:
        """Hand a mail over.

        Raises:
            MailNotTaken: nobody took it, or nobody said so; the same mail may be handed over again.
        """
        ...

    async def forget_old(self) -> None:
        """Forget what was handed over so long ago that nobody looks for it here any more."""
        ...

    async def forget(self, address: str) -> None:
        """Forget what was handed over for somebody who has left, as far as it still lies here."""
        ...
