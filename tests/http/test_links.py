"""Passwords forgotten and changed, addresses confirmed and changed, by the links in mails."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg
import pytest

from portrait_app.domain.account import Account
from portrait_app.ports.mailer import MailNotTaken
from portrait_app.services import fresh
from tests.builders import rewrite
from tests.http.front import PASSWORD, Studio, typed

if TYPE_CHECKING:
    import httpx

    from portrait_app.database.address import Address

NEW = "eleven quiet lanterns"


@pytest.fixture
async def browser(studio: Studio) -> httpx.AsyncClient:
    """Ada's, who has just signed up."""
    browser = studio.browser()
    await browser.post("/auth/sign-up", data=typed())
    return browser


async def forgotten(studio: Studio, email: str = "ada@example.com") -> str:
    """Ask for a new password; return the path of the mail's link."""
    await studio.browser().post("/auth/forgot", data={"email": email})
    await studio.deliver()
    return studio.mailbox.link()


async def can_enter(studio: Studio, password: str, email: str = "ada@example.com") -> bool:
    answer = await studio.browser(at="192.0.2.1").post("/auth/sign-in", data=typed(email=email, password=password))
    return answer.status_code == 303


async def test_asvs_6_4_3_a_forgotten_password_is_replaced_by_a_link_and_everything_else_ends(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    link = await forgotten(studio)
    answer = await studio.browser().post(link, data={"password": NEW})
    assert "Your new password is set" in answer.text
    assert await studio.who(browser) is None
    assert (await can_enter(studio, NEW), await can_enter(studio, PASSWORD)) == (True, False)
    await studio.deliver()
    assert studio.mailbox.to("ada@example.com")[-1] == "Your password was changed"  # ASVS 6.3.7


async def test_a_mail_scanner_that_opens_every_link_uses_none_up(studio: Studio, browser: httpx.AsyncClient) -> None:
    link = await forgotten(studio)
    for _ in range(3):
        assert (await studio.browser().get(link)).status_code == 200
        await studio.browser().head(link)
    assert "is set" in (await studio.browser().post(link, data={"password": NEW})).text


async def test_asvs_6_5_1_a_link_works_once(studio: Studio, browser: httpx.AsyncClient) -> None:
    link = await forgotten(studio)
    await studio.browser().post(link, data={"password": NEW})
    for answer in (await studio.browser().post(link, data={"password": PASSWORD}), await studio.browser().get(link)):
        assert answer.status_code == 410
        assert "doesn&#39;t work any more" in answer.text
    assert await can_enter(studio, NEW)


async def test_a_password_that_cannot_be_taken_does_not_use_the_link_up(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    link = await forgotten(studio)
    assert (await studio.browser().post(link, data={"password": "short"})).status_code == 422
    assert "is set" in (await studio.browser().post(link, data={"password": NEW})).text


async def test_asvs_6_5_5_a_link_runs_out_after_ten_minutes(
    studio: Studio, browser: httpx.AsyncClient, address: Address
) -> None:
    link = await forgotten(studio)
    with psycopg.connect(address.conninfo()) as admin:
        row = admin.execute("SELECT expires_at - sent_at FROM app.mails WHERE kind = 'reset'").fetchone()
        assert row is not None
        assert row[0] <= timedelta(minutes=10)
        admin.execute("UPDATE app.mails SET expires_at = now() - interval '1 second'")
    assert (await studio.browser().post(link, data={"password": NEW})).status_code == 410
    assert await can_enter(studio, PASSWORD)


async def test_asvs_6_5_2_only_the_hash_of_a_link_is_in_the_database(
    studio: Studio, browser: httpx.AsyncClient, address: Address
) -> None:
    token = (await forgotten(studio)).rpartition("/")[2]
    with psycopg.connect(address.conninfo()) as admin:
        for table in ("app.mails", "jobs.procrastinate_jobs"):
            assert token not in str(admin.execute(f"SELECT t::text FROM {table} t").fetchall())  # type: ignore[arg-type] -- a name of ours


async def test_a_new_password_ends_every_link_that_was_sent_before(studio: Studio, browser: httpx.AsyncClient) -> None:
    first = await forgotten(studio)
    second = await forgotten(studio)
    await studio.browser().post(second, data={"password": NEW})
    assert (await studio.browser().post(first, data={"password": PASSWORD})).status_code == 410


async def test_who_asks_for_somebody_elses_link_learns_and_changes_nothing(studio: Studio) -> None:
    answer = await studio.browser().post("/auth/forgot", data={"email": "nobody@example.com"})
    await studio.deliver()
    assert (answer.status_code, studio.mailbox.mails) == (200, [])


async def test_nobody_fills_anothers_mailbox(studio: Studio, browser: httpx.AsyncClient) -> None:
    await studio.deliver()
    codes = [
        (await studio.browser(at=f"192.0.2.{n}").post("/auth/forgot", data={"email": "ada@example.com"})).status_code
        for n in range(5)
    ]
    await studio.deliver()
    assert codes == [200, 200, 200, 429, 429]
    assert studio.mailbox.to("ada@example.com").count("Choose a new password") == 3


async def test_an_address_is_confirmed_by_its_link_in_the_browser_that_is_signed_in(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    await studio.deliver()
    assert "is confirmed" in (await browser.post(studio.mailbox.link())).text


async def test_a_stranger_who_signs_up_with_ones_address_gains_nothing_by_a_careless_tap(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    await studio.deliver()
    victim = studio.browser()
    answer = await victim.post(studio.mailbox.link(), data={"password": "the victim has no idea"})
    assert answer.status_code == 422
    assert await studio.who(victim) is None


async def test_a_changed_address_takes_effect_by_its_link_and_the_former_one_is_told(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    await studio.deliver()
    await browser.post("/auth/address", data={"email": "countess@example.com"})
    assert not await can_enter(studio, PASSWORD, "countess@example.com")
    await studio.deliver()
    assert studio.mailbox.to("countess@example.com") == ["Confirm your address"]
    await browser.post(studio.mailbox.link())
    assert await can_enter(studio, PASSWORD, "countess@example.com")
    assert not await can_enter(studio, PASSWORD)
    await studio.deliver()
    assert studio.mailbox.to("ada@example.com")[-1] == "Your account has another address"


async def test_a_link_sent_to_the_former_address_does_not_bring_it_back(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    reset = await forgotten(studio)
    await browser.post("/auth/address", data={"email": "countess@example.com"})
    await studio.deliver()
    await browser.post(studio.mailbox.link())
    assert (await studio.browser().post(reset, data={"password": NEW})).status_code == 410


async def test_an_address_that_somebody_took_meanwhile_stays_theirs(studio: Studio, browser: httpx.AsyncClient) -> None:
    await studio.browser().post("/auth/sign-up", data=typed(email="eve@example.com"))
    await studio.deliver()
    await browser.post("/auth/address", data={"email": "eve@example.com"})
    await studio.deliver()
    answer = await browser.post(studio.mailbox.link())
    assert (answer.status_code, "belongs to another account" in answer.text) == (410, True)
    assert await can_enter(studio, PASSWORD)


@pytest.mark.parametrize("path", ["/auth/password", "/auth/address"])
async def test_asvs_7_5_1_changing_either_takes_a_fresh_sign_in(
    studio: Studio, browser: httpx.AsyncClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await studio.deliver()
    with monkeypatch.context() as later:
        later.setattr(fresh, "FRESH", timedelta(seconds=-1))
        form = {"password": PASSWORD, "new": NEW, "email": "countess@example.com"}
        for answer in (await browser.get(path), await browser.post(path, data=form)):
            assert answer.status_code == 303
            assert answer.headers["location"] == f"/auth/sign-in?again=yes&trouble=NotFresh&next={quote(path, safe='')}"
    asked = await browser.get(answer.headers["location"])
    assert "Please sign in once more" in asked.text
    assert 'value="ada@example.com"' in asked.text
    assert await can_enter(studio, PASSWORD)
    assert studio.house.queue.mails == []
    again = await browser.post("/auth/sign-in", data=typed(next=path))
    assert again.headers["location"] == path
    assert (await browser.get(path)).status_code == 200


async def test_an_account_without_a_password_changes_its_address_too(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    await studio.deliver()
    ada = await studio.who(browser)
    assert ada is not None
    await rewrite(studio.house, Account, ada, password_hash="")
    await browser.post("/auth/address", data={"email": "countess@example.com"})
    await studio.deliver()
    link = studio.mailbox.link()
    elsewhere = (await studio.browser().get(link)).text
    assert f'href="/auth/sign-in?next={link}"' in elsewhere
    assert "is confirmed" in (await browser.post(link)).text


async def test_asvs_7_4_3_a_new_password_signs_every_other_browser_out_and_this_ones_session_is_new(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    other = studio.browser()
    await other.post("/auth/sign-in", data=typed())
    former = browser.cookies["session"]
    answer = await browser.post("/auth/password", data={"password": PASSWORD, "new": NEW})
    assert answer.headers["location"] == "/you"
    assert await studio.who(other) is None
    assert browser.cookies["session"] != former
    assert await studio.who(browser)
    assert await studio.who(studio.browser(token=former)) is None


async def test_asvs_6_2_2_and_6_2_3_a_password_is_changed_by_who_types_the_present_one_and_a_new_one(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    for form, field in (({"new": NEW}, "password"), ({"password": PASSWORD}, "new")):
        refused = await browser.post("/auth/password", data=form)
        assert (refused.status_code, f'id="{field}-error"' in refused.text) == (422, True)
    assert (await can_enter(studio, PASSWORD), await can_enter(studio, NEW)) == (True, False)
    await browser.post("/auth/password", data={"password": PASSWORD, "new": NEW})
    assert (await can_enter(studio, PASSWORD), await can_enter(studio, NEW)) == (False, True)


@pytest.mark.parametrize("path", ["/auth/password", "/auth/address"])
async def test_who_is_signed_out_signs_in_first(studio: Studio, path: str) -> None:
    for method in ("GET", "POST"):
        answer = await studio.browser().request(method, path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/auth/sign-in?next={path}")


async def test_links_cannot_be_guessed_quickly(studio: Studio) -> None:
    browser = studio.browser()
    codes = [(await browser.get(f"/auth/link/{number}")).status_code for number in range(31)]
    assert codes == [410] * 30 + [429]


async def test_a_mail_that_was_not_taken_is_sent_later_and_once(studio: Studio, browser: httpx.AsyncClient) -> None:
    ((owner_id, mail_id),) = studio.house.queue.mails
    studio.mailbox.fails = MailNotTaken("the server is away")
    with pytest.raises(MailNotTaken):
        await studio.postman.send(owner_id, mail_id)
    await studio.postman.send(owner_id, mail_id)
    await studio.postman.send(owner_id, mail_id)
    assert studio.mailbox.to("ada@example.com") == ["Confirm your address"]
    assert "is confirmed" in (await browser.post(studio.mailbox.link())).text


async def test_no_mail_carries_what_somebody_typed(studio: Studio) -> None:
    await studio.browser().post("/auth/sign-up", data=typed(name="Buy at evil.example"))
    await studio.deliver()
    assert "evil" not in str(studio.mailbox.mails[0])
