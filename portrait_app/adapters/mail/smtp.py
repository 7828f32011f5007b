"""Mails by a mail server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiosmtplib

from portrait_app.ports.mailer import MailNotTaken

if TYPE_CHECKING:
    from email.message import EmailMessage
    from ssl import SSLContext

PATIENCE_S = 20.0
IMPLICIT_TLS_PORT = 465


@dataclass(frozen=True)
class SmtpServer:
    """`ports.mailer.Mailer` by SMTP: TLS from the start on port 465, STARTTLS on the others.

    Attributes:
        host: the server's name, against which its certificate is checked.
        port: 465, 587 or what the server listens on.
        user: who signs in; nobody when empty.
        password: theirs.
        is_plain: no TLS at all, for a server on this very machine.
        trust: whom to trust in place of the system's authorities.
    """

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    is_plain: bool = False
    trust: SSLContext | None = None

    async def send(self, mail: EmailMessage) -> None:
        """Hand a mail to the server.

        Raises:
            MailNotTaken: it can't be reached, offers no TLS, or refuses.
        """
        is_implicit = self.port == IMPLICIT_TLS_PORT and not self.is_plain
        try:
            await aiosmtplib.send(
                mail,
                hostname=self.host,
                port=self.port,
                username=self.user or None,
                password=self.password or None,
                use_tls=is_implicit,
                start_tls=not (is_implicit or self.is_plain),
                tls_context=self.trust,
                timeout=PATIENCE_S,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise MailNotTaken(type(error).__name__) from error  # a server's words may hold the person's address

    async def forget_old(self) -> None:
        """Nothing: it keeps no mails."""

    async def forget(self, address: str) -> None:
        """Nothing lies here: what was handed over is the server's."""
