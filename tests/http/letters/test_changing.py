"""A password or an address changed by who is signed in."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import col, update

from portrait_app.domain.account import Account
from portrait_app.services import fresh, leaving, sessions
from portrait_app.services.addresses import AddressTaken
from tests.builders import rewrite
from tests.http.front import NEW, PASSWORD, Studio, typed
from tests.services.test_cancelling_races import until_somebody_waits

if TYPE_CHECKING:
    import httpx


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
    assert await studio.can_enter(PASSWORD)
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
    assert (await studio.can_enter(PASSWORD), await studio.can_enter(NEW)) == (True, False)
    await browser.post("/auth/password", data={"password": PASSWORD, "new": NEW})
    assert (await studio.can_enter(PASSWORD), await studio.can_enter(NEW)) == (False, True)


@pytest.mark.parametrize("path", ["/auth/password", "/auth/address"])
async def test_who_is_signed_out_signs_in_first(studio: Studio, path: str) -> None:
    for method in ("GET", "POST"):
        answer = await studio.browser().request(method, path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/auth/sign-in?next={path}")


async def test_who_is_about_to_leave_keeps_their_address_until_everything_goes(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    await studio.deliver()
    await browser.post("/auth/address", data={"email": "countess@example.com"})
    await studio.deliver()
    link, ada = studio.mailbox.link(), await studio.who(browser)
    assert ada is not None
    await leaving.ask(studio.house.desk, await studio.house.someone(ada))
    for path in ("/auth/address", link):
        answer = await browser.post(path, data={"email": "duchess@example.com"})
        assert (answer.status_code, "You are about to leave" in answer.text) == (409, True), path
    assert await studio.can_enter(PASSWORD)
    async with studio.house.desk.for_person(ada) as work:
        await leaving.stay(work)
    assert "is confirmed" in (await browser.post(link)).text  # the refusal did not use it up


async def test_an_address_that_another_account_is_just_leaving_is_taken_and_nobody_waits_for_it(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    """Two who swapped theirs waited for each other, and Postgres ended one of the two in an error."""
    bob, engine = await studio.house.somebody("Bob"), create_async_engine(studio.house.desk.database.address.admin)
    async with studio.house.desk.for_person(bob) as work:
        theirs = (await work.accounts.mine()).email
    await browser.post("/auth/address", data={"email": theirs})
    await studio.deliver()
    async with AsyncSession(engine) as session, session.begin(), asyncio.timeout(5):
        await session.execute(update(Account).where(col(Account.id) == bob).values(email="bob@example.com"))
        answer = await browser.post(studio.mailbox.link())
    await engine.dispose()
    assert (answer.status_code, AddressTaken.headline in answer.text) == (410, True)


async def test_a_session_that_is_ended_while_it_opens_the_link_changes_no_address(
    studio: Studio, browser: httpx.AsyncClient
) -> None:
    await browser.post("/auth/address", data={"email": "countess@example.com"})
    await studio.deliver()
    link, ada = studio.mailbox.link(), await studio.who(browser)
    assert ada is not None
    async with studio.house.desk.for_person(ada) as work:
        await sessions.end_all(work)
        await work.session.flush()
        opening = asyncio.create_task(browser.post(link))
        await until_somebody_waits(work)
    answer = await opening
    assert (answer.status_code, answer.headers["location"]) == (303, link)
    assert 'name="password"' in (await browser.get(link)).text
    assert await studio.can_enter(PASSWORD)
