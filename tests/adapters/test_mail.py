"""Mails reach a real mail server, over TLS, or lie whole in the outbox."""

from __future__ import annotations

import asyncio
import os
import time
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from portrait_app.adapters.mail.outbox import KEPT_S, Outbox, in_a_line
from portrait_app.adapters.mail.smtp import SmtpServer
from portrait_app.ports.mailer import MailNotTaken
from tests.certificate import certificate

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from pathlib import Path

USER, PASSWORD = "studio", "a mail password"


def a_mail() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "studio@studio.test", "ada@example.com", "Confirm your address"
    mail.set_content("Please:\n\nhttp://studio.test/auth/link/abc\n\nPortrait Studio\n")
    return mail


class Inbox:
    """What arrived at the server, and what it answers."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, list[str], str, bool]] = []
        self.answer = "250 taken"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        text = envelope.content.decode().replace("\r\n", "\n")
        self.arrived.append((envelope.mail_from, envelope.rcpt_tos, text, session.ssl is not None))
        return self.answer


def authenticated(server, session, envelope, mechanism, data) -> AuthResult:
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)  # the server itself then says no; else nobody would


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def serve(inbox: Inbox) -> AsyncGenerator[Callable[..., Awaitable[int]]]:
    """Start a server on a port of its own."""
    running: list[asyncio.Server] = []

    async def start(**options) -> int:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(inbox, loop=loop, **options), "127.0.0.1", 0)
        running.append(server)
        return server.sockets[0].getsockname()[1]

    yield start
    for server in running:
        server.close()


async def test_a_mail_arrives_over_tls_by_who_signed_in(tmp_path: Path, inbox: Inbox, serve) -> None:
    ours, trust = certificate(tmp_path, "localhost")
    port = await serve(tls_context=ours, require_starttls=True, authenticator=authenticated, auth_required=True)
    await SmtpServer("localhost", port, USER, PASSWORD, trust=trust).send(a_mail())
    ((sender, receivers, text, is_encrypted),) = inbox.arrived
    assert (sender, receivers, is_encrypted) == ("studio@studio.test", ["ada@example.com"], True)
    assert "http://studio.test/auth/link/abc" in text


async def test_asvs_12_3_2_a_server_whose_certificate_nobody_vouches_for_gets_no_mail(
    tmp_path: Path, inbox: Inbox, serve
) -> None:
    ours, _ = certificate(tmp_path, "localhost")
    with pytest.raises(MailNotTaken):
        await SmtpServer("localhost", await serve(tls_context=ours)).send(a_mail())
    assert inbox.arrived == []


async def test_asvs_12_3_1_a_server_without_tls_gets_no_mail_unless_told_so(inbox: Inbox, serve) -> None:
    port = await serve()
    with pytest.raises(MailNotTaken):
        await SmtpServer("localhost", port).send(a_mail())
    assert inbox.arrived == []
    await SmtpServer("localhost", port, is_plain=True).send(a_mail())
    assert len(inbox.arrived) == 1


async def test_a_wrong_mail_password_a_refusal_and_a_shut_door_are_said_alike(
    tmp_path: Path, inbox: Inbox, serve
) -> None:
    ours, trust = certificate(tmp_path, "localhost")
    port = await serve(tls_context=ours, authenticator=authenticated, auth_required=True)
    with pytest.raises(MailNotTaken, match="SMTPAuthenticationError"):
        await SmtpServer("localhost", port, USER, "another", trust=trust).send(a_mail())
    inbox.answer = "451 later: ada@example.com"
    with pytest.raises(MailNotTaken) as refused:
        await SmtpServer("localhost", port, USER, PASSWORD, trust=trust).send(a_mail())
    assert "ada" not in str(refused.value)
    with pytest.raises(MailNotTaken):
        await SmtpServer("localhost", 1).send(a_mail())


def test_a_password_is_not_shown_with_its_server() -> None:
    assert PASSWORD not in repr(SmtpServer("localhost", 25, USER, PASSWORD))


async def test_what_has_lain_in_the_outbox_for_a_week_goes_though_nobody_sends_another(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    await outbox.forget_old()  # nothing was ever sent
    await outbox.send(a_mail())
    await outbox.send(a_mail())
    receipt, fresh = outbox.mails()
    a_week_ago = time.time() - KEPT_S - 1
    os.utime(receipt, (a_week_ago, a_week_ago))
    await outbox.forget_old()
    assert outbox.mails() == [fresh]


async def test_without_a_server_a_mail_lies_whole_in_the_outbox_and_its_link_is_said(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    await outbox.send(a_mail())
    await outbox.send(a_mail())
    first, second = outbox.mails()
    assert first.stat().st_mode & 0o777 == 0o600
    assert in_a_line(second) == "Mail to ada@example.com: Confirm your address. http://studio.test/auth/link/abc"
    assert {path.suffix for path in outbox.mails()} == {".eml"}


async def test_a_full_disk_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(MailNotTaken):
        await Outbox(tmp_path / "no" / "\0").send(a_mail())
