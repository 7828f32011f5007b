"""Mails to a person: written down with what they are about, then worded and sent by a chore."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING

import structlog

from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.happening import Channel, Happening
from portrait_app.domain.mail import LINK_LIFETIME, MailKind
from portrait_app.domain.preferences import Preferences
from portrait_app.ports.mailer import MailNotTaken
from portrait_app.services import unsubscribing
from portrait_app.services.letters import letter
from portrait_app.services.sessions import digest
from portrait_app.services.watching import has_looked_since

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from portrait_app.domain.mail import Mail
    from portrait_app.ports.mailer import Mailer
    from portrait_app.services.letters import Letter
    from portrait_app.services.work import Desk, Work

log = structlog.get_logger()

LINK_PATH = "/auth/link/"


async def write(work: Work, kind: MailKind, address: str) -> None:
    """Write a mail down, to be sent as soon as this work is committed."""
    work.later(Chore.SEND_MAIL, await work.mails.add(kind, address))


@dataclass(frozen=True)
class Postman:
    """Sends what was written down.

    Attributes:
        desk: where the mails lie.
        mailer: who carries them.
        studio: the studio's public address, which links begin with.
        sender: the address they come from.
    """

    desk: Desk
    mailer: Mailer
    studio: str
    sender: str

    async def send(self, owner_id: UUID, mail_id: UUID) -> None:
        """Send a mail. When one is sent twice, after a lost answer, the link of the later one works.

        News is sent once or not at all: it counts as sent before it goes, and is dropped when the person has looked or
        wants none any more.

        Raises:
            MailNotTaken: it wasn't taken in; StillThere: whether they look isn't known yet. The chore tries again.
        """
        token = secrets.token_urlsafe(32)
        async with self.desk.for_service(owner_id) as work:
            mail = await work.mails.find(mail_id, lock=True)
            if mail is None or mail.sent_at is not None:
                return
            if mail.kind.is_news and await _is_stale(work, mail):
                await work.mails.drop(mail)
                return
            if mail.kind.is_news:
                mail.sent_at = now()
            if mail.kind.has_link:
                mail.token_hash, mail.expires_at = digest(token), now() + LINK_LIFETIME
        await self._hand_over(mail, token)
        log.info("mail.sent", kind=mail.kind)

    async def send_receipt(self, address: str, farewell_id: UUID, more: str) -> None:
        """Send the last mail to somebody whose rows are gone.

        Raises:
            MailNotTaken: it wasn't taken in; the chore tries again.
        """
        words = letter(MailKind.LEFT, studio=self.studio, more=more)
        await self.mailer.send(self._addressed(words, address, farewell_id))
        log.info("mail.sent", kind=MailKind.LEFT)

    async def _hand_over(self, mail: Mail, token: str) -> None:
        try:
            await self.mailer.send(self._worded(mail, token))
        except MailNotTaken:
            await self._note(mail, None)
            raise
        await self._note(mail, now())

    async def _note(self, mail: Mail, sent_at: datetime | None) -> None:
        async with self.desk.for_service(mail.owner_id) as work:
            if found := await work.mails.find(mail.id):
                found.sent_at = sent_at

    def _worded(self, mail: Mail, token: str) -> EmailMessage:
        stop = self.studio + unsubscribing.link_of(self.desk, mail.owner_id)
        words = letter(mail.kind, studio=self.studio, link=f"{self.studio}{LINK_PATH}{token}", stop=stop)
        message = self._addressed(words, mail.address, mail.id)
        if mail.kind.is_news:
            unsubscribing.say_how(message, stop)
        if mail.kind is MailKind.LET_IN:
            message["Sensitivity"] = (
                "Private"  # RFC 4021: so that an outbox doesn't say its link to who runs the machine
            )
        return message

    def _addressed(self, words: Letter, address: str, mail_id: UUID) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = words.subject
        message["From"] = Address("Portrait Studio", addr_spec=self.sender)
        message["To"] = Address(addr_spec=address)
        message["Date"] = format_datetime(now())
        message["Message-ID"] = make_msgid(str(mail_id), domain=self.sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # so that nobody's holiday notice answers it (RFC 3834)
        message.set_content(words.body)
        return message


async def _is_stale(work: Work, mail: Mail) -> bool:
    if await has_looked_since(work, mail.created_at):
        return True
    account, occasion = await work.accounts.find(), Happening(mail.kind.value).occasion
    return account is None or not Preferences.of(account.preferences).is_told(occasion, Channel.MAIL)
