"""Passkeys in a real Chromium with its virtual authenticator: added, used from the button, and refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from portrait_app.domain.account import Account
from portrait_app.domain.clock import now
from portrait_app.services import recovery, sessions
from portrait_app.services.cookie import COOKIE
from tests.builders import PASSWORD, rewrite
from tests.furnished import furnished
from tests.http.doors import served

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from playwright.async_api import Browser, CDPSession, Page

    from portrait_app.database.address import Address
    from tests.builders import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def house(address: Address, tmp_path: Path) -> AsyncGenerator[House]:
    """A house on the loop of the browser."""
    async with furnished(address, tmp_path) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncGenerator[Page]:
    """A browser that has never been anywhere."""
    async with await browser.new_context() as context:
        yield await context.new_page()


async def authenticator_of(page: Page) -> tuple[CDPSession, str]:
    """Give the browser an authenticator that sees the right face whenever it is asked."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    made = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    return devtools, made["authenticatorId"]


async def signs_up(page: Page, url: str) -> None:
    await page.goto(f"{url}/auth/sign-up")
    await page.get_by_label("Name").fill("Ada")
    await page.get_by_label("E-mail").fill("ada@example.com")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await expect(page).to_have_url(re.compile("/home"))


async def types_the_password(page: Page, url: str) -> None:
    await page.goto(f"{url}/auth/sign-in")
    await page.get_by_label("E-mail").fill("ada@example.com")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def test_a_passkey_is_made_after_signing_up_and_opens_the_door_afterwards(
    house: House, tmp_path: Path, page: Page
) -> None:
    async with served(house.desk, tmp_path) as url:
        devtools, device = await authenticator_of(page)
        await signs_up(page, url)
        await page.get_by_role("button", name="Add a passkey").click()
        await expect(page.locator(".toast")).to_contain_text("Passkey added")
        await page.get_by_role("button", name="Add a passkey").click()
        await expect(page.locator(".toast").last).to_contain_text("has a passkey for you already")

        # Somebody else's face first: the person is not verified, and nothing opens.
        await page.get_by_role("button", name="Sign out").click()
        await devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
        await page.goto(f"{url}/auth/sign-in?next=/home")
        await page.get_by_role("button", name="Sign in with a passkey").click()
        await expect(page.get_by_role("button", name="Sign in with a passkey")).not_to_have_attribute(
            "aria-busy", "true"
        )
        await expect(page).to_have_url(re.compile("/auth/sign-in"))

        await devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
        await page.get_by_role("button", name="Sign in with a passkey").click()
        await expect(page).to_have_url(re.compile("/home"))
        await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Ada")
        counted = await devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})
        async with house.desk.for_person((await _owner(house, page)).owner_id) as work:
            (key,) = await work.passkeys.all()
        assert [each["signCount"] for each in counted["credentials"]] == [key.sign_count]


async def _owner(house: House, page: Page):
    (token,) = [each.get("value") for each in await page.context.cookies() if each.get("name") == COOKIE]
    someone = await sessions.who(house.desk, str(token))
    assert someone is not None
    return someone


async def test_the_address_field_offers_the_passkey_by_itself(house: House, tmp_path: Path, page: Page) -> None:
    async with served(house.desk, tmp_path) as url:
        await authenticator_of(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"{url}/auth/sign-in")
        await expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
        assert await page.get_by_label("E-mail").get_attribute("autocomplete") == "username webauthn"
        can = await page.evaluate("PublicKeyCredential.isConditionalMediationAvailable()")
        assert any(each.endswith("/sign-in/begin") for each in asked) == can


async def test_without_script_the_form_is_all_there_is(house: House, tmp_path: Path, browser: Browser) -> None:
    async with (
        served(house.desk, tmp_path) as url,
        await browser.new_context(java_script_enabled=False) as context,
    ):
        page = await context.new_page()
        await page.goto(f"{url}/auth/sign-in")
        await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
        await expect(page.get_by_text("passkey")).to_be_hidden()


async def test_asvs_6_3_3_after_the_password_the_passkey_is_asked_for(house: House, tmp_path: Path, page: Page) -> None:
    async with served(house.desk, tmp_path) as url:
        devtools, device = await authenticator_of(page)
        await signs_up(page, url)
        await page.get_by_role("button", name="Add a passkey").click()
        await expect(page.locator(".toast")).to_contain_text("Passkey added")
        await rewrite(house, Account, (await _owner(house, page)).owner_id, verified_at=now(), two_steps_at=now())
        await page.context.clear_cookies()
        # No finger yet: it would answer the address field's own offer.
        touched = {"authenticatorId": device, "enabled": False}
        await devtools.send("WebAuthn.setAutomaticPresenceSimulation", touched)
        await types_the_password(page, url)
        await expect(page).to_have_url(re.compile("/auth/second"))
        await devtools.send("WebAuthn.setAutomaticPresenceSimulation", touched | {"enabled": True})
        await page.get_by_role("button", name="Use your passkey").click()
        await expect(page).to_have_url(re.compile("/home"))
        assert (await _owner(house, page)).took_two_steps


async def test_asvs_6_3_3_where_it_is_required_the_first_passkey_opens_the_studio(
    house: House, tmp_path: Path, page: Page
) -> None:
    async with served(house.desk, tmp_path) as url:
        await signs_up(page, url)
        await page.context.clear_cookies()
        house.desk.asks_two_steps = True
        await authenticator_of(page)
        await types_the_password(page, url)
        await expect(page).to_have_url(re.compile("/auth/first-passkey"))
        await page.get_by_role("button", name="Add a passkey").click()
        await expect(page).to_have_url(re.compile("/auth/two-steps"))
        await page.get_by_role("button", name="Make new recovery codes").click()
        await expect(page.get_by_role("listitem")).to_have_count(8)


async def test_without_script_a_recovery_code_is_the_second_step(
    house: House, tmp_path: Path, browser: Browser, page: Page
) -> None:
    async with (
        served(house.desk, tmp_path) as url,
        await browser.new_context(java_script_enabled=False) as context,
    ):
        await signs_up(page, url)
        owner_id = (await _owner(house, page)).owner_id
        (code, *_) = codes = recovery.made()
        hashes = await recovery.hashes_of(codes)
        async with house.desk.for_person(owner_id) as work:
            await recovery.replace(work, hashes)
        await rewrite(house, Account, owner_id, verified_at=now(), two_steps_at=now())
        plain = await context.new_page()
        await types_the_password(plain, url)
        await expect(plain.get_by_role("button", name="Use your passkey")).to_be_hidden()
        await plain.get_by_text("Use a recovery code instead").click()
        await plain.get_by_label("Recovery code").fill(code)
        await plain.get_by_role("button", name="Use the code").click()
        await expect(plain.get_by_text("7 of 8 recovery codes left")).to_be_visible()
