"""Signing in by way of a certified OpenID provider, in a real Chromium; and everything that must not be believed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import psycopg
import pytest
from playwright.async_api import expect

from portrait_app.services import fresh, identities
from portrait_app.services.fresh import OnlyVouchedFor
from tests.builders import PASSWORD
from tests.http.doors import listening, served
from tests.http.oidc.conftest import BUTTON, Town
from tests.http.op import CLIENT
from tools import newcomers

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from portrait_app.database.address import Address
    from tests.builders import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def altered(url: str, **changes: str) -> str:
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return parts._replace(query=urlencode({name: value for name, value in query.items() if value})).geturl()


async def test_somebody_new_gets_an_account_and_finds_it_again(town: Town) -> None:
    await town.goes_there("ada")
    await town.is_at_home("ada")
    first = await town.someone()
    assert first is not None
    async with town.house.desk.for_person(first.owner_id) as work:
        account, (identity,) = await work.accounts.mine(), await work.identities.all()
    assert (account.email, account.password_hash) == ("ada@example.com", "")
    assert account.verified_at is not None
    assert (identity.subject, identity.label) == ("ada", "ada@example.com")
    await town.page.get_by_role("button", name="Sign out").click()
    await town.page.goto(f"{town.url}/auth/sign-in")
    await town.page.get_by_role("link", name=BUTTON).click()  # they know each other over there
    await town.is_at_home("ada")
    again = await town.someone()
    assert again is not None
    assert again.owner_id == first.owner_id
    assert again.session_id != first.session_id


async def test_asvs_10_1_2_and_10_2_1_an_answer_is_taken_once_with_its_own_state_by_its_own_browser(
    town: Town, browser: Browser
) -> None:
    genuine = await town.callback_of("ada")
    async with await browser.new_context() as context:
        other = Town(town.house, town.url, await context.new_page())
        await other.page.goto(genuine)  # sign-in by another's answer: "login CSRF"
        await other.is_told("too long")
    await town.page.goto(altered(genuine, state="x" * 43))
    await town.is_told("too long")
    assert await town.someone() is None
    await town.page.goto(genuine)
    await town.is_at_home("ada")
    signed_in = await town.someone()
    await town.page.goto(genuine)  # once more
    await town.is_told("too long")
    assert await town.someone() == signed_in


async def test_a_code_that_was_used_opens_nothing_in_another_trip(town: Town, address: Address) -> None:
    used = await town.callback_of("ada")
    await town.page.goto(used)
    await town.is_at_home("ada")
    await town.page.context.clear_cookies()
    fresh = await town.callback_of("ada")
    await town.page.goto(altered(fresh, code=parse_qs(urlsplit(used).query)["code"][0]))
    await town.is_told("couldn't make sure")
    assert await town.someone() is None


@pytest.mark.parametrize("iss", ["http://evil.example", "", "http://127.0.0.1"])
async def test_asvs_10_2_2_an_answer_that_names_another_issuer_or_none_is_not_believed(town: Town, iss: str) -> None:
    await town.page.goto(altered(await town.callback_of("ada"), iss=iss))
    await town.is_told("couldn't make sure")
    assert await town.someone() is None


@pytest.mark.parametrize("kept", ["nonce", "verifier"])
async def test_asvs_10_5_1_a_token_that_answers_another_question_is_not_believed(
    town: Town, address: Address, kept: str
) -> None:
    callback = await town.callback_of("ada")
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute("UPDATE app.errands SET kept = kept || jsonb_build_object(%s::text, %s::text)", [kept, "x" * 64])
    await town.page.goto(callback)
    await town.is_told("couldn't make sure")
    assert await town.someone() is None


async def test_an_address_that_is_not_verified_there_opens_and_makes_nothing(town: Town) -> None:
    await town.goes_there("unverified-ada")
    await town.is_told("isn't verified there")
    assert await town.someone() is None


async def test_an_address_that_was_only_typed_here_is_not_linked(town: Town) -> None:
    await newcomers.signs_up(town.house.desk, name="Eve", email="ada@example.com", password=PASSWORD, device="")
    await town.goes_there("ada")
    await town.is_told("There is an account with this address")
    assert await town.someone() is None


async def test_an_address_proven_on_both_sides_is_linked(town: Town, address: Address) -> None:
    signed = await newcomers.signs_up(
        town.house.desk, name="Ada", email="ada@example.com", password=PASSWORD, device=""
    )
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute("UPDATE app.accounts SET verified_at = now()")
    await town.goes_there("ada")
    await town.is_at_home("Ada")
    someone = await town.someone()
    assert someone is not None
    assert someone.owner_id == signed.owner_id


async def test_whoever_is_signed_in_links_an_account_even_if_its_address_is_not_verified(town: Town) -> None:
    await _is_somebody(town, town.page, "Grace")
    await town.page.goto(f"{town.url}/auth/with/oidc?link=yes")
    await town.says_there_who_they_are("unverified-grace")
    await expect(town.page).to_have_url(re.compile("/you"))
    await expect(town.page.get_by_role("listitem")).to_have_text("oidc: unverified-grace@example.com")
    grace = await town.someone()
    await town.page.get_by_role("button", name="Sign out").click()
    await town.page.goto(f"{town.url}/auth/sign-in")
    await town.page.get_by_role("link", name=BUTTON).click()
    await town.is_at_home("Grace")
    known = await town.someone()  # the provider asked them nothing: it knew the browser
    assert known is not None
    assert grace is not None
    assert known.owner_id == grace.owner_id
    with pytest.raises(OnlyVouchedFor):
        await fresh.require_before(town.house.desk, known)
    await town.page.goto(f"{town.url}/auth/sign-in?again=yes&trouble=OnlyVouchedFor")
    await town.is_told("Please sign in with your password or passkey")
    await town.page.get_by_role("link", name=BUTTON).click()
    await town.page.get_by_placeholder("Enter any login").fill("unverified-grace")
    await town.page.get_by_placeholder("and password").fill("anything")
    await town.page.get_by_role("button", name="Sign-in").click()
    await town.is_at_home("Grace")
    asked = await town.someone()  # it asked, and says when
    assert asked is not None
    async with town.house.desk.for_person(asked.owner_id) as work:
        (identity,) = await work.identities.all()
        await identities.unlink(work, asked, identity.id)


async def test_an_account_elsewhere_belongs_to_one_person_here(town: Town) -> None:
    await town.goes_there("ada")
    await town.is_at_home("ada")
    await town.page.get_by_role("button", name="Sign out").click()
    await _is_somebody(town, town.page, "Bob")
    await town.page.goto(f"{town.url}/auth/with/oidc?link=yes")
    await town.is_told("Somebody signs in with this account already")


async def test_whoever_says_no_there_is_told_that_nothing_was_changed(town: Town) -> None:
    await town.page.goto(f"{town.url}/auth/sign-in")
    await town.page.get_by_role("link", name=BUTTON).click()
    await town.page.get_by_role("link", name="Cancel").click()
    await town.is_told("You weren't signed in")


async def test_a_provider_that_is_down_is_said_on_the_sign_in_page(
    house: House, tmp_path: Path, browser: Browser
) -> None:
    with listening() as port:
        nobody = f"http://127.0.0.1:{port.getsockname()[1]}"
    async with (
        served(house.desk, tmp_path, **CLIENT, OIDC_ISSUER=nobody, OIDC_NAME="Example") as url,
        await browser.new_context() as context,
    ):
        town = Town(house, url, await context.new_page())
        await town.page.goto(f"{url}/auth/sign-in")
        await town.page.get_by_role("link", name=BUTTON).click()
        await town.is_told("Example doesn't answer just now")


async def _is_somebody(town: Town, page: Page, name: str) -> None:
    """Have somebody who has been let in sign in."""
    email = f"{name.lower()}@example.com"
    await newcomers.signs_up(town.house.desk, name=name, email=email, password=PASSWORD, device="")
    await page.goto(f"{town.url}/auth/sign-in")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page).to_have_url(re.compile("/home"))


async def test_asvs_6_3_3_after_the_provider_the_second_step_is_asked_for(town: Town, address: Address) -> None:
    await town.goes_there("ada")
    await town.is_at_home("ada")
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute("UPDATE app.accounts SET two_steps_at = now()")
    await town.page.goto(f"{town.url}/auth/with/oidc")
    await expect(town.page).to_have_url(re.compile("/auth/second"))
    await expect(town.page.get_by_role("heading", level=1)).to_have_text("One more step")
    assert await town.someone() is None
