"""Whoever has lost what opens their account is let in by the operator's word: by their mailbox, and nothing else."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import psycopg
import pytest

from portrait_app.adapters.logbook import blot_out
from portrait_app.adapters.mail.outbox import Outbox, in_a_line
from portrait_app.doctor.let_in import NotWritten, let_in
from portrait_app.domain.identity import Identity
from portrait_app.services import sessions, ways
from portrait_app.services.cookie import COOKIE
from portrait_app.services.letting_in import NobodyThere
from portrait_app.services.mails import Postman
from portrait_app.settings import Settings
from tests.authenticator import Authenticator
from tests.builders import PASSWORD
from tests.http.front import Mailbox
from tests.http.passkeys.conftest import OURS, Browser

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.wiring import Workshop
    from tests.builders import House

NEW = "eleven quiet lanterns"


class Studio:
    """What the command works with, and the mails that come of it."""

    def __init__(self, house: House, folder: Path, **settings: object) -> None:
        self.house, self.folder, self.mailbox = house, folder, Mailbox()
        read = Settings.model_validate({"PORTRAIT_DATA_DIR": folder, **settings})
        self.workshop = cast("Workshop", SimpleNamespace(desk=house.desk, settings=read))

    async def lets_in(self, email: str = "ada@example.com") -> str:
        self.house.queue.mails.clear()
        return await let_in(self.workshop, email)

    async def link(self) -> str:
        """Let the worker send the one mail that was written down."""
        ((owner_id, mail_id),) = self.house.queue.mails
        self.house.queue.mails.clear()
        await Postman(self.house.desk, self.mailbox, OURS, "studio@studio.test").send(owner_id, mail_id)
        return self.mailbox.link()

    @property
    def log(self) -> Path:
        return self.folder / "log" / "operator.log"


@pytest.fixture
def studio(house: House, tmp_path: Path) -> Studio:
    return Studio(house, tmp_path)


async def links_github(browser: Browser) -> None:
    owner_id = (await browser.someone()).owner_id
    github = Identity(owner_id=owner_id, provider="github", issuer="https://github.com", subject="42", label="ada")
    async with browser.house.desk.for_person(owner_id) as work:
        work.session.add(github)


async def test_whoever_lost_passkey_and_codes_comes_in_by_a_link_to_their_mailbox(
    ada: Browser, somebody: Browser, studio: Studio
) -> None:
    lost = Authenticator(OURS)
    codes = await ada.asks_for_two_steps("Ada", lost)
    await links_github(ada)
    former, owner_id = ada.client.cookies[COOKIE], (await ada.someone()).owner_id
    said = await studio.lets_in()
    assert "A link is on its way to ada@example.com, and to nobody else" in said
    assert "1 browser was signed out" in said
    assert await sessions.who(studio.house.desk, former) is None
    link = await studio.link()
    assert studio.mailbox.to("ada@example.com") == ["A way back into your account"]
    word = link.rpartition("/")[2]
    assert word not in f"{said}{studio.log.read_text()}"
    outbox = Outbox(studio.folder / "outbox")
    await outbox.send(studio.mailbox.mails[-1])
    assert word not in in_a_line(outbox.mails()[-1])  # what `run` prints in its terminal

    assert "Every other way into your account is removed" in (await somebody.client.get(link)).text
    await somebody.enters("Ada")  # until the link is used all is as it was: looking at it changes nothing
    assert (await somebody.takes_second(lost)).status_code == 200
    assert (await somebody.types(link, password="short")).status_code == 422
    assert "Your new password is set" in (await somebody.types(link, password=NEW)).text
    assert (await somebody.types(link, password=PASSWORD)).status_code == 410
    assert not await somebody.is_in()

    assert (await somebody.enters("Ada")).status_code == 422
    assert (await somebody.opens(lost)).status_code == 400
    assert (await somebody.enters("Ada", NEW)).headers["location"] == "/home"
    assert (await somebody.someone()).owner_id == owner_id
    async with studio.house.desk.for_person(owner_id) as work:
        assert await ways.of(work) == ways.Ways(has_password=True, passkeys=[], identities=[])
    assert (await somebody.types("/auth/second", code=codes[0])).headers["location"].startswith("/auth/sign-in")
    assert (await somebody.adds(Authenticator(OURS))).status_code == 200


async def test_one_line_says_who_did_it_for_whom_and_when(ada: Browser, studio: Studio) -> None:
    owner_id = await ada.signs_up("Ada")
    said = await studio.lets_in(" Ada@Example.com ")
    await studio.lets_in()
    first, second = [json.loads(line) for line in studio.log.read_text().splitlines()]
    assert (first["event"], first["account"]) == ("operator.lets_in", str(owner_id))
    assert first["by"]
    assert first["timestamp"] <= second["timestamp"]
    assert "ada" not in studio.log.read_text().replace(first["by"], "")
    assert str(studio.log) in said
    blot_out(studio.folder, [str(owner_id)])  # as once they have left
    assert str(owner_id) not in studio.log.read_text()
    assert len(studio.log.read_text().splitlines()) == 2


async def test_what_cannot_be_written_down_is_not_done(ada: Browser, studio: Studio) -> None:
    await ada.signs_up("Ada")
    studio.log.parent.write_text("no folder")
    with pytest.raises(NotWritten, match="operator") as refused:
        await studio.lets_in()
    assert "nothing was changed" in refused.value.hint
    assert await ada.is_in()
    assert studio.house.queue.mails == []


async def test_an_address_that_nobody_has_changes_nothing(studio: Studio, ada: Browser) -> None:
    await ada.signs_up("Ada")
    for address in ("nobody@example.com", "", "%", "ada@example.co"):
        with pytest.raises(NobodyThere):
            await studio.lets_in(address)
    assert not studio.log.exists()
    assert await ada.is_in()


async def test_an_earlier_link_works_no_more(ada: Browser, somebody: Browser, studio: Studio) -> None:
    await ada.signs_up("Ada")
    await studio.lets_in()
    first = await studio.link()
    await studio.lets_in()
    second = await studio.link()
    assert (await somebody.types(first, password=NEW)).status_code == 410
    assert (await somebody.types(second, password=NEW)).status_code == 200


async def test_the_operator_is_told_what_to_mind(ada: Browser, house: House, tmp_path: Path) -> None:
    await ada.signs_up("Ada")
    plain = await Studio(house, tmp_path).lets_in()
    assert "Nobody has ever confirmed this address" in plain
    assert "one step is enough again" in plain
    assert f"laid into {tmp_path / 'outbox'}" in plain
    with psycopg.connect(house.desk.database.address.conninfo()) as admin:
        admin.execute("UPDATE app.accounts SET verified_at = now()")
    posted = await Studio(house, tmp_path, SMTP_HOST="mail.example", TWO_STEPS="required").lets_in()
    assert "a first passkey is asked for, as of everybody here" in posted
    assert "No browser was" not in posted
    assert "No browsers were signed out" in posted
    assert "confirmed" not in posted
    assert "outbox" not in posted
