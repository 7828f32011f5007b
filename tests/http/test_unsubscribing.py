"""One tap in a mail program, and news come by mail no more (RFC 8058); looking at the link changes nothing."""

from __future__ import annotations

from email import message_from_bytes, policy
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import httpx
import pytest
from starlette.applications import Starlette

from portrait_app.adapters.mail.outbox import Outbox
from portrait_app.domain.happening import Channel, Occasion
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.mail import MailKind
from portrait_app.domain.preferences import Preferences
from portrait_app.http.unsubscribing import unsubscribe_routes
from portrait_app.services import mails, telling, unsubscribing
from portrait_app.services.mails import Postman
from tests.http.front import OURS, Studio
from tests.services.confirmed import somebody_confirmed
from tests.services.learning import training_ends

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path
    from uuid import UUID

    from portrait_app.database.address import Address
    from portrait_app.wiring import Workshop
    from tests.builders import House

BY_MAIL = {(occasion, Channel.MAIL) for occasion in Occasion}
IN_PASSING = {(occasion, Channel.TOAST) for occasion in Occasion}


@pytest.fixture
async def ada(house: House, address: Address) -> UUID:
    return await somebody_confirmed(house, address)


@pytest.fixture
def provider(house: House) -> httpx.AsyncClient:
    """A mail provider's machine: no cookie, and nothing that a browser of ours would say."""
    workshop = cast("Workshop", SimpleNamespace(desk=house.desk))
    app = Starlette(routes=unsubscribe_routes(lambda: workshop))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=("198.51.100.1", 443)), base_url=OURS)


async def told(house: House, owner_id: UUID) -> set[tuple[Occasion, Channel]]:
    async with house.desk.for_person(owner_id) as work:
        return set(Preferences.of((await work.accounts.mine()).preferences).told)


async def sent(house: House, folder: Path, owner_id: UUID, kind: MailKind) -> EmailMessage:
    """A mail, read back from the bytes that a mail server would be given."""
    outbox = Outbox(folder / "outbox")
    async with house.desk.for_person(owner_id) as work:
        mail_id = await work.mails.add(kind, "ada@example.com")
    await Postman(house.desk, outbox, "https://a-studio-with-a-long-name.example", "s@studio.test").send(
        owner_id, mail_id
    )
    return message_from_bytes(outbox.mails()[-1].read_bytes(), policy=policy.default)  # type: ignore[return-value] -- by its policy


async def test_a_mail_provider_stops_news_by_the_links_in_its_header(
    house: House, ada: UUID, provider: httpx.AsyncClient, tmp_path: Path
) -> None:
    before = await told(house, ada)
    assert before & BY_MAIL
    mail = await sent(house, tmp_path, ada, MailKind.MODEL_READY)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail["List-Unsubscribe"].removeprefix("<").removesuffix(">")
    assert link.startswith("https://a-studio-with-a-long-name.example/mails/stop/")
    assert link in mail.get_content()
    path = link.removeprefix("https://a-studio-with-a-long-name.example")
    for _ in range(2):  # RFC 8058 3.2: as a form, in the one way or the other, and it may be asked twice
        answer = await provider.post(path, data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, "have stopped" in answer.text) == (200, True)
    parts = await provider.post(path, files={"List-Unsubscribe": (None, "One-Click")})
    assert parts.status_code == 200
    assert await told(house, ada) == before - BY_MAIL
    assert await told(house, ada) >= before & IN_PASSING


async def test_the_header_is_written_whole_and_not_in_pieces(house: House, ada: UUID, tmp_path: Path) -> None:
    await sent(house, tmp_path, ada, MailKind.MODEL_FAILED)
    (path,) = (tmp_path / "outbox").glob("*.eml")
    (line,) = [line for line in path.read_bytes().split(b"\r\n") if line.startswith(b"List-Unsubscribe:")]
    assert line.endswith(b">")
    assert b"=?" not in line


async def test_looking_at_the_link_shows_a_button_and_changes_nothing(
    house: House, ada: UUID, provider: httpx.AsyncClient
) -> None:
    before, path = await told(house, ada), unsubscribing.link_of(house.desk, ada)
    for method in ("GET", "HEAD"):
        assert (await provider.request(method, path)).status_code == 200
    page = (await provider.get(path)).text
    assert '<form method="post">' in page
    assert "example.com" not in page  # whose it is, the link's holder isn't told
    assert await told(house, ada) == before


@pytest.mark.parametrize("kind", [kind for kind in MailKind if not kind.is_news and kind is not MailKind.LEFT])
async def test_what_keeps_an_account_safe_cannot_be_stopped(
    house: House, ada: UUID, tmp_path: Path, kind: MailKind
) -> None:
    await telling.stop_by_mail(house.desk, unsubscribing.link_of(house.desk, ada).rpartition("/")[2])
    mail = await sent(house, tmp_path, ada, kind)
    assert "List-Unsubscribe" not in mail
    assert "/mails/stop/" not in mail.get_content()


async def test_a_link_is_good_for_the_one_it_was_made_for(house: House, ada: UUID, provider: httpx.AsyncClient) -> None:
    bob = await house.somebody("Bob")
    hers, his = (unsubscribing.link_of(house.desk, who) for who in (ada, bob))
    assert hers != his
    start = len("/mails/stop/")
    guessed = [hers[:-1] + ("A" if hers[-1] != "A" else "Q"), hers[: start + 21] + his[start + 21 :], hers[:-4]]
    for path in (*guessed, f"/mails/stop/{ada}", "/mails/stop/%00", "/mails/stop/é", f"/mails/stop/{'A' * 43}"):
        for method in ("GET", "POST"):
            answer = await provider.request(method, path)
            assert (answer.status_code, "Nothing was changed" in answer.text) == (410, True)
    before = await told(house, ada)
    assert (await provider.post(his)).status_code == 200
    assert await told(house, ada) == before
    assert not await told(house, bob) & BY_MAIL


async def test_whoever_has_left_is_answered_as_ever(house: House, provider: httpx.AsyncClient, ada: UUID) -> None:
    from portrait_app.domain.rows import new_id  # noqa: PLC0415 -- somebody who isn't here

    assert (await provider.post(unsubscribing.link_of(house.desk, new_id()))).status_code == 200


async def test_news_that_were_written_down_before_are_not_sent_after(house: House, ada: UUID, studio: Studio) -> None:
    await training_ends(house, ada, OrderStatus.DONE)
    assert len(house.queue.mails) == 1
    await telling.stop_by_mail(house.desk, unsubscribing.link_of(house.desk, ada).rpartition("/")[2])
    await studio.deliver()
    assert studio.mailbox.mails == []
    async with house.desk.for_person(ada) as work:
        assert await work.mails.count() == 1  # of the sign-up
        await mails.write(work, MailKind.NEW_WAYS, "ada@example.com")
    await studio.deliver()
    assert studio.mailbox.to("ada@example.com") == ["Another way into your account"]
