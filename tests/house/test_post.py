"""Without a mail server, a mail's link is said in the terminal."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING

from portrait_app.adapters.mail.outbox import Outbox
from portrait_app.house.post import Post

if TYPE_CHECKING:
    from pathlib import Path


def a_mail(address: str) -> EmailMessage:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = address, "Choose a new password"
    mail.set_content(f"Here:\n\nhttp://studio.test/auth/link/{address[:3]}\n")
    return mail


async def test_each_new_mail_is_said_once_and_none_of_before(tmp_path: Path) -> None:
    outbox, said = Outbox(tmp_path / "outbox"), []
    await outbox.send(a_mail("ada@example.com"))
    post = Post(tmp_path / "outbox", said.append)
    post.say_new()
    assert said == []
    await outbox.send(a_mail("bob@example.com"))
    post.say_new()
    post.say_new()
    assert said == ["Mail to bob@example.com: Choose a new password. http://studio.test/auth/link/bob"]


def test_a_studio_that_never_mailed_has_no_outbox(tmp_path: Path) -> None:
    said: list[str] = []
    Post(tmp_path / "outbox", said.append).say_new()
    assert said == []
