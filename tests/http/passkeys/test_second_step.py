"""What is asked for after a password by whoever asked for it: a passkey of theirs, over HTTP, and no way round it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from portrait_app.domain.mail import MailKind
from portrait_app.services import errands, mails, sessions
from portrait_app.services.cookie import COOKIE
from tests.authenticator import PRESENT, Authenticator
from tests.builders import PASSWORD
from tests.http.front import Mailbox
from tests.http.passkeys.conftest import OURS, Browser

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.database.address import Address
    from portrait_app.services.mails import Postman
    from tests.builders import House as TestHouse

NEW = "eleven quiet lanterns"


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(OURS)


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()


@pytest.fixture
def postman(house: TestHouse, box: Mailbox) -> Postman:
    return mails.Postman(house.desk, box, OURS, "studio@example.com")


async def delivered(house: TestHouse, postman: Postman) -> None:
    waiting, house.queue.mails = house.queue.mails, []
    for owner_id, mail_id in waiting:
        await postman.send(owner_id, mail_id)


async def test_asvs_6_3_3_a_password_alone_opens_nothing_for_whoever_asked_for_two_steps(
    ada: Browser, somebody: Browser, device: Authenticator
) -> None:
    await ada.asks_for_two_steps("Ada", device)
    answer = await somebody.enters("Ada", next="/gallery")
    assert (answer.status_code, answer.headers["location"]) == (303, "/auth/second")
    assert COOKIE not in somebody.client.cookies
    assert "One more step" in (await somebody.client.get("/auth/second")).text
    opened = await somebody.takes_second(device)
    assert (opened.status_code, opened.json()) == (200, {"next": "/gallery"})
    assert (await somebody.someone()).took_two_steps


async def test_asvs_6_3_3_a_passkey_alone_holds_two_factors_and_opens_the_door(
    ada: Browser, somebody: Browser, device: Authenticator
) -> None:
    await ada.asks_for_two_steps("Ada", device)
    assert (await somebody.opens(device)).status_code == 200
    assert await somebody.is_in()


async def test_whoever_asked_for_nothing_more_comes_in_by_the_password(ada: Browser, somebody: Browser) -> None:
    await ada.signs_up("Ada")
    await ada.adds(Authenticator(OURS))
    assert (await somebody.enters("Ada", next="/create")).headers["location"] == "/create"
    assert not (await somebody.someone()).took_two_steps


async def test_asvs_6_3_8_a_wrong_password_is_answered_as_for_anybody(ada: Browser, somebody: Browser) -> None:
    await ada.asks_for_two_steps("Ada", Authenticator(OURS))
    asked, unknown = await somebody.enters("Ada", "wrong umbrellas"), await somebody.enters("Eve", "wrong umbrellas")
    assert (asked.status_code, asked.text.replace("ada@", "x@")) == (422, unknown.text.replace("eve@", "x@"))
    assert set(somebody.client.cookies) == set()


async def test_another_persons_passkey_is_not_the_second_step_and_one_may_try_again(
    ada: Browser, somebody: Browser, device: Authenticator, house: TestHouse, tmp_path: Path
) -> None:
    await ada.asks_for_two_steps("Ada", device)
    bobs = Authenticator(OURS)
    bob = Browser(house, tmp_path)
    await bob.signs_up("Bob")
    await bob.adds(bobs)
    await somebody.enters("Ada")
    assert (await somebody.takes_second(bobs)).status_code == 400
    device.flags = PRESENT  # somebody touched it, and nobody knows who
    assert (await somebody.takes_second(device)).status_code == 400
    assert COOKIE not in somebody.client.cookies
    device.flags = Authenticator(OURS).flags
    assert (await somebody.takes_second(device)).status_code == 200


async def test_a_first_step_is_taken_once_by_its_own_browser(
    ada: Browser, somebody: Browser, device: Authenticator, house: TestHouse, tmp_path: Path
) -> None:
    await ada.asks_for_two_steps("Ada", device)
    await somebody.enters("Ada")
    thief = Browser(house, tmp_path)
    assert (await thief.takes_second(device)).status_code == 410  # no first step at all
    thief.client.cookies.set("step", somebody.client.cookies["step"])
    assert (await thief.takes_second(device)).status_code == 410  # another browser's
    step = somebody.client.cookies["step"]
    assert (await somebody.takes_second(device)).status_code == 200
    assert "step" not in somebody.client.cookies
    somebody.client.cookies.set("step", step)
    assert (await somebody.takes_second(device)).status_code == 410  # once more
    assert (await somebody.types("/auth/second", code="0")).headers["location"].startswith("/auth/sign-in?again=yes")


async def test_a_first_step_is_forgotten_after_five_minutes_however_often_one_tries(
    ada: Browser, somebody: Browser, device: Authenticator, monkeypatch: pytest.MonkeyPatch, address: Address
) -> None:
    codes = await ada.asks_for_two_steps("Ada", device)
    assert timedelta(minutes=5) >= errands.LIFETIME
    await somebody.enters("Ada")
    assert (await somebody.types("/auth/second", code="wrong")).status_code == 422
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        past = "jsonb_build_object('until', now() - interval '1 second')"
        admin.execute(f"UPDATE app.errands SET kept = kept || {past} WHERE kept ? 'until'".encode())
    assert (await somebody.types("/auth/second", code=codes[0])).status_code == 303
    assert not await somebody.is_in()
    assert (await somebody.takes_second(device)).status_code == 410


async def test_a_first_step_is_worth_nothing_once_there_is_another_password(
    ada: Browser, somebody: Browser, device: Authenticator
) -> None:
    codes = await ada.asks_for_two_steps("Ada", device)
    await somebody.enters("Ada")
    await ada.types("/auth/password", password=PASSWORD, new="eleven quiet lanterns")
    refused = await somebody.types("/auth/second", code=codes[0])
    assert "trouble=TooLate" in refused.headers["location"]
    assert not await somebody.is_in()
    await somebody.enters("Ada", "eleven quiet lanterns")
    assert (await somebody.types("/auth/second", code=codes[0])).status_code == 303  # it was not used up
    assert await somebody.is_in()


async def test_without_a_first_step_the_page_leads_to_the_sign_in(somebody: Browser) -> None:
    assert (await somebody.client.get("/auth/second")).headers["location"].startswith("/auth/sign-in")


@pytest.mark.parametrize("path", ["/auth/second", "/auth/passkeys/second", "/auth/two-steps"])
async def test_asvs_3_5_1_no_page_of_somebody_else_takes_a_step(ada: Browser, device: Authenticator, path: str) -> None:
    await ada.asks_for_two_steps("Ada", device)
    lured = await ada.client.post(path, data={"do": "off", "code": "x"}, headers={"Origin": "https://evil.example"})
    assert lured.status_code == 403
    async with ada.house.desk.for_person((await ada.someone()).owner_id) as work:
        assert (await work.accounts.mine()).two_steps_at is not None


async def test_asvs_6_4_3_a_new_password_by_mail_does_not_go_round_the_second_step(
    ada: Browser, somebody: Browser, device: Authenticator, postman: Postman, box: Mailbox
) -> None:
    await ada.asks_for_two_steps("Ada", device)
    await somebody.types("/auth/forgot", email="ada@example.com")
    await delivered(ada.house, postman)
    assert "is set" in (await somebody.types(box.link(), password=NEW)).text
    assert (await somebody.enters("Ada", NEW)).headers["location"] == "/auth/second"
    assert not await somebody.is_in()
    assert (await somebody.takes_second(device)).status_code == 200


async def test_a_link_that_confirms_an_address_does_not_go_round_it_either(
    ada: Browser, somebody: Browser, device: Authenticator, postman: Postman, box: Mailbox
) -> None:
    await ada.asks_for_two_steps("Ada", device)
    async with ada.house.desk.for_person((await ada.someone()).owner_id) as work:
        await mails.write(work, MailKind.CONFIRM, "countess@example.com")
    await delivered(ada.house, postman)
    link = next(
        found[1] for mail in box.mails if (found := re.search(r"(/auth/link/\S+)", mail.get_content()))
        and mail["To"] == "countess@example.com"
    )  # fmt: skip
    answer = await somebody.types(link, password="twelve letters or more")
    assert answer.headers["location"] == "/auth/second"
    assert not await somebody.is_in()


async def test_signing_in_anew_keeps_the_former_session_until_the_second_step_is_taken(
    ada: Browser, device: Authenticator
) -> None:
    codes = await ada.asks_for_two_steps("Ada", device)
    for take in (lambda: ada.takes_second(device), lambda: ada.types("/auth/second", code=codes[0])):
        former = ada.client.cookies[COOKIE]
        await ada.enters("Ada")
        assert await sessions.who(ada.house.desk, former) is not None
        await take()
        assert ada.client.cookies[COOKIE] != former
        assert (await ada.is_in(), await sessions.who(ada.house.desk, former)) == (True, None)


async def test_the_cookie_of_a_first_step_is_out_of_scripts_reach_and_short_lived(
    house: TestHouse, tmp_path: Path, ada: Browser, device: Authenticator
) -> None:
    await ada.asks_for_two_steps("Ada", device)
    over_tls = Browser(house, tmp_path, APP_URL="https://localhost:3000")
    answer = await over_tls.enters("Ada")
    given = [each for each in answer.headers.get_list("set-cookie") if each.startswith("__Host-step=")]
    assert [each.partition("; ")[2] for each in given] == ["HttpOnly; Max-Age=300; Path=/; SameSite=lax; Secure"]


async def test_asvs_3_3_5_no_cookie_is_longer_than_browsers_keep(
    ada: Browser, somebody: Browser, device: Authenticator
) -> None:
    await ada.asks_for_two_steps("Ada", device)
    given = [*(await somebody.enters("Ada")).headers.get_list("set-cookie")]
    given += (await somebody.takes_second(device)).headers.get_list("set-cookie")
    names = {each.partition("=")[0] for each in given}
    assert names == {"browser", "step", "session", "look"}
    assert max(len(each.partition(";")[0]) for each in given) < 4096
