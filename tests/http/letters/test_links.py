"""Passwords forgotten, addresses confirmed and changed, by the links in mails."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlmodel import select

from portrait_app.database.accounts import password_of
from portrait_app.domain.account import Account
from portrait_app.ports.mailer import MailNotTaken
from portrait_app.services import addresses, fresh, sessions, steps
from tests.http.front import NEW, PASSWORD, Studio, typed
from tests.services.fullness import forms_of
from tests.services.test_cancelling_races import until_somebody_waits

if TYPE_CHECKING:
    import httpx

    from portrait_app.database.address import Address
    from portrait_app.services.work import Work


async def test_asvs_6_4_3_a_forgotten_password_is_replaced_by_a_link_and_everything_else_ends(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    link = await studio.forgotten()
    answer = await studio.browser().post(link, data={"password": NEW})
    assert "Your new password is set" in answer.text
    assert await studio.who(browser) is None
    assert (await studio.can_enter(NEW), await studio.can_enter(PASSWORD)) == (True, False)
    await studio.deliver()
    assert studio.mailbox.to("ada@example.com")[-1] == "Your password was changed"  # ASVS 6.3.7


async def test_a_mail_scanner_that_opens_every_link_uses_none_up(studio: Studio, browser: httpx.AsyncClient) -> None:
    link = await studio.forgotten()
    for _ in range(3):
        assert (await studio.browser().get(link)).status_code == 200
        await studio.browser().head(link)
    assert "is set" in (await studio.browser().post(link, data={"password": NEW})).text


async def test_asvs_6_5_1_a_link_works_once(studio: Studio, browser: httpx.AsyncClient) -> None:
    link = await studio.forgotten()
    await studio.browser().post(link, data={"password": NEW})
    for answer in (await studio.browser().post(link, data={"password": PASSWORD}), await studio.browser().get(link)):
        assert answer.status_code == 410
        assert "doesn&#39;t work any more" in answer.text
    assert await studio.can_enter(NEW)


async def test_asvs_6_2_11_a_password_that_cannot_be_taken_does_not_use_the_link_up(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    link = await studio.forgotten()
    for refused in ("short", "Ada Lovelace, Ada", "ada@example.com ada"):
        assert (await studio.browser().post(link, data={"password": refused})).status_code == 422, refused
    assert "is set" in (await studio.browser().post(link, data={"password": NEW})).text


async def test_asvs_6_5_5_a_link_runs_out_after_ten_minutes(
    studio: Studio, browser: httpx.AsyncClient, address: Address
) -> None:
    link = await studio.forgotten()
    with psycopg.connect(address.conninfo()) as admin:
        row = admin.execute("SELECT expires_at - sent_at FROM app.mails WHERE kind = 'reset'").fetchone()
        assert row is not None
        assert row[0] <= timedelta(minutes=10)
        admin.execute("UPDATE app.mails SET expires_at = now() - interval '1 second'")
    assert (await studio.browser().post(link, data={"password": NEW})).status_code == 410
    assert await studio.can_enter(PASSWORD)


async def test_asvs_6_5_2_only_the_hash_of_a_link_is_in_the_database(
    studio: Studio, browser: httpx.AsyncClient, address: Address
) -> None:
    token = (await studio.forgotten()).rpartition("/")[2]
    with psycopg.connect(address.conninfo()) as admin:
        for table in ("app.mails", "jobs.procrastinate_jobs"):
            kept = str(admin.execute(f"SELECT t::text FROM {table} t").fetchall())  # type: ignore[arg-type] -- a name of ours
            assert not [form for form in forms_of(token) if form in kept]  # also as bytes, which are told in hex


async def test_a_new_password_ends_every_link_that_was_sent_before(studio: Studio, browser: httpx.AsyncClient) -> None:
    first = await studio.forgotten()
    second = await studio.forgotten()
    await studio.browser().post(second, data={"password": NEW})
    assert (await studio.browser().post(first, data={"password": PASSWORD})).status_code == 410


async def test_a_link_that_is_used_while_the_password_is_changed_has_just_stopped_working(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    """They took account and link in the other order, and Postgres ended one of the two in an error."""
    link = await studio.forgotten()
    someone = await sessions.who(studio.house.desk, browser.cookies["session"])
    assert someone is not None
    async with studio.house.desk.for_person(someone.owner_id) as work:
        await fresh.require(work, someone)
        coming = asyncio.create_task(studio.browser().post(link, data={"password": NEW}))
        await until_somebody_waits(work)
        await work.mails.forget_links()
    assert (await coming).status_code == 410


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


async def test_whoever_confirms_by_their_password_comes_in_before_that_can_be_replaced(
    studio: Studio, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await studio.deliver()
    after_one, free = steps.after_one, list[object]()

    async def seen(work: Work, device: str, *, is_proven: bool) -> steps.Entered:
        async with studio.house.desk.for_person(work.owner_id) as other:
            free.extend(await other.session.scalars(select(Account.id).with_for_update(skip_locked=True)))
        return await after_one(work, device, is_proven=is_proven)

    monkeypatch.setattr(steps, "after_one", seen)
    elsewhere = studio.browser()
    assert (await elsewhere.post(studio.mailbox.link(), data={"password": PASSWORD})).status_code == 303
    assert await studio.who(elsewhere)
    assert free == []


async def test_a_changed_address_takes_effect_by_its_link_and_the_former_one_is_told(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    other = studio.browser()
    await other.post("/auth/sign-in", data=typed())
    await studio.deliver()
    await browser.post("/auth/address", data={"email": "countess@example.com"})
    assert not await studio.can_enter(PASSWORD, "countess@example.com")
    await studio.deliver()
    assert studio.mailbox.to("countess@example.com") == ["Confirm your address"]
    await browser.post(studio.mailbox.link())
    assert await studio.can_enter(PASSWORD, "countess@example.com")
    assert not await studio.can_enter(PASSWORD)
    await studio.deliver()
    assert studio.mailbox.to("ada@example.com")[-1] == "Your account has another address"
    assert await studio.who(other)  # where its owner sees a change that wasn't theirs


async def test_a_link_sent_to_the_former_address_does_not_bring_it_back(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    await studio.deliver()
    confirm = studio.mailbox.link()
    reset = await studio.forgotten()
    await browser.post("/auth/address", data={"email": "countess@example.com"})
    await studio.deliver()
    await browser.post(studio.mailbox.link())
    assert (await studio.browser().post(reset, data={"password": NEW})).status_code == 410
    assert (await browser.post(confirm)).status_code == 410
    assert await studio.can_enter(PASSWORD, "countess@example.com")


async def test_a_forgotten_password_asked_for_while_the_address_changes_is_not_replaced_from_the_former_one(
    studio: Studio, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await studio.deliver()
    await browser.post("/auth/address", data={"email": "countess@example.com"})
    await studio.deliver()

    async def known_as_it_changes(*asked: Any) -> Any:
        known = await password_of(*asked)
        monkeypatch.setattr(addresses, "password_of", password_of)
        await browser.post(studio.mailbox.link())
        return known

    monkeypatch.setattr(addresses, "password_of", known_as_it_changes)
    reset = await studio.forgotten()
    assert studio.mailbox.to("ada@example.com")[-1] == "Choose a new password"
    assert (await studio.browser().post(reset, data={"password": NEW})).status_code == 410
    assert await studio.can_enter(PASSWORD, "countess@example.com")


async def test_an_address_that_somebody_took_meanwhile_stays_theirs(studio: Studio, browser: httpx.AsyncClient) -> None:
    await studio.browser().post("/auth/sign-up", data=typed(email="eve@example.com"))
    await studio.deliver()
    await browser.post("/auth/address", data={"email": "eve@example.com"})
    await studio.deliver()
    answer = await browser.post(studio.mailbox.link())
    assert (answer.status_code, "belongs to another account" in answer.text) == (410, True)
    assert await studio.can_enter(PASSWORD)


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
