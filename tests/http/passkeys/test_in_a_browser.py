"""Passkeys in a real Chromium with its virtual authenticator: added, used from the button, and refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright, expect

from portrait_app.services import sessions
from portrait_app.services.cookie import COOKIE
from tests.builders import PASSWORD
from tests.http.doors import served
from tools.chromium import provide

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from playwright.async_api import Browser, CDPSession, Page

    from tests.builders import House

pytestmark = pytest.mark.browser

PHONE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=str(provide()), args=["--no-sandbox"])
        yield running
        await running.close()


async def authenticator_of(page: Page) -> tuple[CDPSession, str]:
    """Give the browser an authenticator that sees the right face whenever it is asked."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    made = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    return devtools, made["authenticatorId"]


async def test_a_passkey_is_made_after_signing_up_and_opens_the_door_afterwards(
    house: House, tmp_path: Path, browser: Browser
) -> None:
    async with served(house.desk, tmp_path) as url:
        page = await browser.new_page()
        devtools, device = await authenticator_of(page)
        await page.goto(f"{url}/auth/sign-up")
        await page.get_by_label("Name").fill("Ada")
        await page.get_by_label("E-mail").fill("ada@example.com")
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="Create account").click()
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


async def test_the_address_field_offers_the_passkey_by_itself(house: House, tmp_path: Path, browser: Browser) -> None:
    async with served(house.desk, tmp_path) as url:
        page = await browser.new_page()
        await authenticator_of(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"{url}/auth/sign-in")
        await expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
        assert await page.get_by_label("E-mail").get_attribute("autocomplete") == "username webauthn"
        can = await page.evaluate("PublicKeyCredential.isConditionalMediationAvailable()")
        assert any(each.endswith("/sign-in/begin") for each in asked) == can


async def test_without_script_the_form_is_all_there_is(house: House, tmp_path: Path, browser: Browser) -> None:
    async with served(house.desk, tmp_path) as url:
        page = await (await browser.new_context(java_script_enabled=False)).new_page()
        await page.goto(f"{url}/auth/sign-in")
        await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
        await expect(page.get_by_text("passkey")).to_be_hidden()
