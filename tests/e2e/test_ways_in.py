"""The whole studio, a phone, and its passkey: added and named under You, and then all that is needed to come in."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import TimeoutError, expect  # noqa: A004 -- Playwright's own name

from tests.e2e.phone import Phone
from tests.e2e.running import studio

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

pytestmark = pytest.mark.browser

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


async def test_a_passkey_made_under_you_opens_the_door(tmp_path: Path, browser: Browser) -> None:
    complaints: list[str] = []
    async with studio(tmp_path / "var") as running:
        phone = await Phone.unpack(browser, running.url, complaints)
        devtools = await phone.context.new_cdp_session(phone.page)
        await devtools.send("WebAuthn.enable")
        await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        await phone.goto("/auth/sign-up")
        await phone.fill_in(name="Ada Lovelace", email="ada@example.com")
        await expect(phone.page).to_have_url(re.compile("/home"))
        await phone.tap_tab("You")
        await _adds_and_names_it(phone)
        await phone.page.get_by_role("button", name="Sign out", exact=True).last.click()
        await phone.goto("/auth/sign-in?next=/you")
        # An authenticator that needs no finger may answer the address field's own offer before the button is pressed.
        with suppress(TimeoutError):
            await phone.page.get_by_role("button", name="Sign in with a passkey").click(timeout=5000)
        await expect(phone.page).to_have_url(re.compile("/you"))
        await expect(_way(phone, "My phone")).to_contain_text("In use now")
        await _way(phone, "My phone").get_by_role("button", name="Remove this way in").click()
        await phone.page.get_by_role("button", name="Remove", exact=True).click()
        await expect(_way(phone, "My phone")).to_have_count(0)
        assert complaints == []


async def _adds_and_names_it(phone: Phone) -> None:
    await phone.page.get_by_role("button", name="Add a passkey").click()
    await expect(phone.page.locator(".toast")).to_contain_text("Passkey added")
    way = phone.page.locator(".line", has=phone.page.get_by_role("button", name="Rename this passkey"))
    await expect(way).to_contain_text("Not used yet")
    await way.get_by_role("button", name="Rename this passkey").click()
    await phone.page.get_by_label("What it is called").fill("My phone")
    await phone.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(_way(phone, "My phone")).to_be_visible()


def _way(phone: Phone, name: str):
    return phone.page.locator(".line", has_text=name)
