"""Whose house it is where addresses are confirmed: the first who comes in, not the first who typed an address."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
import pytest

from portrait_app.services import addresses, invites
from tests.http.front import PASSWORD, Studio, typed
from tests.http.test_what_strangers_learn import FREE, HERS

if TYPE_CHECKING:
    import httpx

    from portrait_app.database.address import Address
    from portrait_app.database.mails import Link
    from portrait_app.services.work import Desk

EVERY_MODE = pytest.mark.parametrize("mode", ["open", "invite", "closed"])


async def _asks(studio: Studio, email: str) -> tuple[httpx.AsyncClient, str]:
    """Sign up by mail; return the browser and the path of the mail's link."""
    browser = studio.browser()
    assert (await browser.post("/auth/sign-up", data=typed(email=email))).status_code == 200
    await studio.deliver()
    return browser, studio.mailbox.link()


async def _is_operator(studio: Studio, browser: httpx.AsyncClient) -> bool:
    owner_id = await studio.who(browser)
    assert owner_id is not None
    async with studio.house.desk.for_person(owner_id) as work:
        return await work.accounts.is_operator()


@EVERY_MODE
async def test_an_address_that_nobody_confirms_keeps_nobody_out_of_their_own_house(studio: Studio, mode: str) -> None:
    studio = studio.with_settings(smtp_host="mail.studio.test", sign_up=mode)
    await _asks(studio, "a-slip-of-the-finger@example.com")
    ada, link = await _asks(studio, HERS)
    await ada.post(link, data={"password": PASSWORD})
    assert await _is_operator(studio, ada)


@EVERY_MODE
async def test_who_asked_as_well_while_the_house_was_nobodys_comes_in_no_more(studio: Studio, mode: str) -> None:
    studio = studio.with_settings(smtp_host="mail.studio.test", sign_up=mode)
    eve, hers = await _asks(studio, "eve@example.com")
    ada, link = await _asks(studio, HERS)
    assert (await ada.post(link, data={"password": PASSWORD})).status_code == 303
    assert (await eve.post(hers, data={"password": PASSWORD})).status_code == 410
    assert await studio.who(eve) is None
    assert (await eve.post("/auth/sign-up", data=typed(email="eve@example.com"))).status_code == (
        200 if mode == "open" else 403
    )


async def test_of_many_who_come_in_first_at_once_one_is_let_in_and_the_house_is_theirs(studio: Studio) -> None:
    studio = studio.with_settings(smtp_host="mail.studio.test", sign_up="closed")
    asked = [await _asks(studio, f"eve{number}@example.com") for number in range(4)]
    answers = await asyncio.gather(*(browser.post(link, data={"password": PASSWORD}) for browser, link in asked))
    assert sorted(answer.status_code for answer in answers) == [303, 410, 410, 410]
    (first,) = [browser for browser, _ in asked if await studio.who(browser)]
    assert await _is_operator(studio, first)


@pytest.mark.parametrize("kind", ["confirm", "reset"])
async def test_a_link_whose_account_goes_while_it_is_used_has_just_stopped_working(
    studio: Studio, address: Address, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """As it does when two come in first at once."""
    studio = studio.with_settings(smtp_host="mail.studio.test", sign_up="closed")
    ada, link = await _asks(studio, HERS)
    if kind == "reset":
        link = await studio.forgotten(HERS)
    looks, look_at = [0], addresses.look_at

    async def and_it_goes(desk: Desk, token: str) -> Link:
        found = await look_at(desk, token)
        looks[0] += 1
        if looks[0] == 2:
            with psycopg.connect(address.conninfo()) as admin:
                admin.execute("DELETE FROM app.accounts")
        return found

    monkeypatch.setattr(addresses, "look_at", and_it_goes)
    answer = await ada.post(link, data={"password": "eleven quiet lanterns" if kind == "reset" else PASSWORD})
    assert (answer.status_code, "doesn&#39;t work any more" in answer.text) == (410, True)


async def test_a_new_password_by_mail_is_a_way_to_come_in_first(studio: Studio) -> None:
    studio = studio.with_settings(smtp_host="mail.studio.test", sign_up="closed")
    ada, _ = await _asks(studio, HERS)
    await ada.post(await studio.forgotten(HERS), data={"password": "eleven quiet lanterns"})
    await ada.post("/auth/sign-in", data=typed(password="eleven quiet lanterns"))
    assert await _is_operator(studio, ada)


async def test_asvs_6_3_8_an_invitation_is_used_up_whether_or_not_the_address_has_an_account(posting: Studio) -> None:
    inviting = posting.with_settings(sign_up="invite")
    ada = inviting.browser()
    await ada.post("/auth/sign-in", data=typed())
    owner_id = await inviting.who(ada)
    assert owner_id is not None
    left = []
    for email in (HERS, FREE):
        async with inviting.house.desk.for_person(owner_id) as work:
            invite = await invites.invite(work)
        stranger = inviting.browser()
        await stranger.post("/auth/sign-up", data=typed(email=email, invite=invite))
        again = await stranger.get("/auth/sign-up", params={"invite": invite})
        left.append((again.status_code, "If you made your account by yours, sign in" in again.text))
    assert left == [(403, True)] * 2


async def test_an_invitation_opened_where_somebody_is_signed_in_says_so_and_stays_open(posting: Studio) -> None:
    ada = posting.browser()
    await ada.post("/auth/sign-in", data=typed())
    owner_id = await posting.who(ada)
    assert owner_id is not None
    async with posting.house.desk.for_person(owner_id) as work:
        link = f"/auth/sign-up?invite={await invites.invite(work)}"
    inviting = posting.with_settings(sign_up="invite")
    here = inviting.browser(token=ada.cookies["session"])
    assert "You are signed in already" in (await here.get(link)).text
    assert (await here.get("/auth/sign-up")).status_code == 403  # no invitation, no word of one
    assert "Create account" in (await inviting.browser().get(link)).text
