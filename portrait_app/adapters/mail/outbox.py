"""Mails on a machine without a mail server: each is a file, whose links `run` prints in its terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from portrait_app.ports.mailer import MailNotTaken

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path


KEPT_S = 7 * 24 * 3600  # their links are dead after ten minutes, and addresses are nobody else's business


class Outbox:
    """`ports.mailer.Mailer` by a folder. Files are in the order of their mails, and there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, mail: EmailMessage) -> None:
        """Lay a mail into the folder.

        Raises:
            MailNotTaken: it can't be written.
        """
        try:
            await asyncio.to_thread(self._lay, mail)
        except (OSError, ValueError) as error:
            raise MailNotTaken(str(error)) from error

    async def forget(self, address: str) -> None:
        """Delete the mails to somebody who has left."""
        await asyncio.to_thread(self._forget, address)

    async def forget_old(self) -> None:
        """Delete the mails that have lain here for a week, the receipts of who left among them."""
        await asyncio.to_thread(self._forget_old)

    def mails(self) -> list[Path]:
        """Return the mails, the oldest first."""
        return sorted(self.folder.glob("*.eml"))

    def _forget(self, address: str) -> None:
        for path in self.mails():
            headers = BytesParser(policy=policy.default).parsebytes(path.read_bytes(), headersonly=True)
            if address.casefold() in (each.addr_spec.casefold() for each in headers["To"].addresses):
                path.unlink(missing_ok=True)

    def _forget_old(self) -> None:
        for old in self.mails():
            with contextlib.suppress(FileNotFoundError):  # somebody else deleted it first
                if time.time() - old.stat().st_mtime > KEPT_S:
                    old.unlink()

    def _lay(self, mail: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{uuid7()}.eml"
        unfinished = path.with_suffix(".part")
        with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as out:
            out.write(mail.as_bytes(policy=policy.SMTP))
        unfinished.replace(path)


def in_a_line(path: Path) -> str:
    """Say a mail of the outbox in one line: to whom, what for, and its link when it has one.

    Of a private one its link isn't said: it is for whom it is addressed to, and not for who reads the terminal.
    """
    mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    if mail["Sensitivity"]:
        return f"Mail to {mail['To']}: {mail['Subject']}. It is for them alone: bring them {path}."
    body = mail.get_body(("plain",))
    words = str(body.get_content()).split() if body else []
    links = [word for word in words if word.startswith(("http://", "https://"))]
    return " ".join([f"Mail to {mail['To']}: {mail['Subject']}.", *links[:1]])
