"""Signing in as a person does it, in a real browser on the running studio, under the security policy that it sends."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, TimeoutError, expect  # noqa: A004 -- Playwright's name

from portrait_app.wiring import open_workshop
from tests.e2e.door import lets_in
from tests.e2e.people import PASSWORD, People
from tests.e2e.phone import Phone
from tests.e2e.running import Running, studio
from tools import newcomers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from playwright.async_api import WebSocketRoute

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NEW = "eleven quiet lanterns"
ROOMS = ("/", "/home", "/train", "/create", "/gallery", "/you")
FORMS = ("/auth/sign-in", "/auth/sign-up", "/auth/forgot", "/auth/password", "/auth/address")
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
AT_HOME = re.compile("Home|Hello, ")  # the room, and the same once it knows who is there
SIGN_IN = re.compile(r"/auth/sign-in\?next=")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Running]:
    """One studio for these people; the first of them is its operator."""
    async with studio(tmp_path_factory.mktemp("accounts") / "var") as started:
        yield started


async def test_somebody_signs_up_is_told_how_strong_a_password_is_and_signs_others_out(
    running: Running, browser: Browser
) -> None:
    people = People(running, browser)
    ada = await people.somebody()
    await _signs_up(ada)
    await _walks_through_every_room(ada)
    await _confirms(ada, people)
    await lets_in(ada, await people.somebody())
    await _is_signed_out_from_another_browser(ada, await people.somebody())
    await _forgets_the_password(await people.somebody(), ada, people)
    await _only_our_pages_open_the_websocket(running)
    assert people.forbidden == []
    assert people.elsewhere == []


async def _signs_up(page: Page) -> None:
    await page.goto("/auth/sign-up")
    await page.fill("#name", "Ada Lovelace")
    await page.fill("#email", "ada@example.com")
    await page.fill("#password", "Ada Lovelace 1815")
    says = page.locator("[data-strength]")
    await expect(says).to_contain_text("your own name")
    await page.fill("#password", PASSWORD)
    await expect(says).to_have_text("A very strong password.")
    await page.get_by_role("button", name="Create account").click()
    await expect(page.locator("h1")).to_have_text(AT_HOME)


async def _walks_through_every_room(page: Page) -> None:
    for path in (*ROOMS, *FORMS):
        await page.goto(path)
        await expect(page.locator("h1")).to_be_visible()
        await expect(page.locator(".skeleton:visible")).to_have_count(0)  # a sheet that is shut may hold one
    await page.goto("/nowhere")
    await expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    await page.goto("/you")
    await page.get_by_role("button", name="Change your name").click()
    await page.get_by_label("What you are called here").fill("Countess")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".you-who strong")).to_have_text("Countess")
    await page.locator("label", has_text="Dark").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.get_by_role("slider", name="Accent colour").press("ArrowRight")
    await expect(page.get_by_role("heading", name="This studio")).to_be_visible()
    await expect(page.locator(".line", has_text="Database")).to_contain_text("Answers")


async def _confirms(page: Page, people: People) -> None:
    await expect(page.get_by_text("Your address isn't confirmed yet")).to_be_visible()
    link = await people.link("Confirm your address")
    tab = await page.context.new_page()
    await tab.goto(link)
    await tab.get_by_role("button", name="Confirm").click()
    await expect(tab.locator("h1")).to_have_text("Your address is confirmed")
    await expect(page.get_by_text("Your address isn't confirmed yet")).to_be_hidden()  # the other tab hears of it
    await tab.close()


async def _is_somebody(phone: Phone, running: Running, name: str, email: str) -> None:
    async with open_workshop(running.settings) as workshop:
        await newcomers.signs_up(workshop.desk, name=name, email=email, password=PASSWORD, device="test")
    await phone.goto("/auth/sign-in")
    await phone.fill_in(email=email, password=PASSWORD)


async def _is_signed_out_from_another_browser(page: Page, other: Page) -> None:
    await _signs_in(other, PASSWORD)
    await expect(other.locator("html")).to_have_css("--hue", "266")  # a look that was chosen is on every device
    await expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    await other.goto("/gallery")
    await expect(other.locator("h1")).to_have_text("Gallery")
    await expect(other.locator(".skeleton, .gallery-waiting")).to_have_count(0)
    sessions = page.locator(".you-section", has_text="Where you are signed in").locator(".line")
    await expect(sessions).to_have_count(2)
    await sessions.nth(1).get_by_role("button", name="Sign out").click()
    await expect(sessions).to_have_count(1)
    await other.wait_for_url(SIGN_IN)


async def _forgets_the_password(other: Page, page: Page, people: People) -> None:
    await other.goto("/auth/sign-in")
    await other.get_by_role("link", name="Forgot your password?").click()
    await other.fill("#email", "ada@example.com")
    await other.get_by_role("button", name="Make the link").click()
    await other.goto(await people.link("Choose a new password"))
    await other.fill("#password", NEW)
    await other.get_by_role("button", name="Set the new password").click()
    await expect(other.locator("h1")).to_have_text("Your new password is set")
    await page.wait_for_url(SIGN_IN)  # every tab that stood open
    await _signs_in(other, NEW)


async def _signs_in(page: Page, password: str) -> None:
    await page.goto("/auth/sign-in")
    await page.fill("#email", "ada@example.com")
    await page.fill("#password", password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.locator("h1")).to_have_text(AT_HOME)


async def _only_our_pages_open_the_websocket(running: Running) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "c2V2ZW4gdW1icmVsbGFz",
    }
    async with httpx.AsyncClient(base_url=running.url) as client:
        answer = await client.get(
            "/_event/?EIO=4&transport=websocket", headers={**upgrade, "Origin": "https://evil.example"}
        )
        assert answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.FORBIDDEN)
        for origin, allowed in (("https://evil.example", None), (running.url, running.url)):
            headers = (await client.get("/ping", headers={"Origin": origin})).headers
            assert headers.get("access-control-allow-origin") == allowed


async def test_a_passkey_made_under_you_opens_the_door(running: Running, browser: Browser) -> None:
    complaints: list[str] = []
    phone = await Phone.unpack(browser, running.url, complaints)
    devtools = await phone.context.new_cdp_session(phone.page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    await _is_somebody(phone, running, "Grace Hopper", "grace@example.com")
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


async def test_a_studio_that_closes_each_connection_at_once_is_said_to_be_away(running: Running, browser: Browser):
    phone = await Phone.unpack(browser, running.url, [])
    await _is_somebody(phone, running, "Mary Jackson", "mary@example.com")
    await expect(phone.page).to_have_url(re.compile("/home"))
    is_shut = True

    async def connected(socket: WebSocketRoute) -> None:
        if is_shut:
            await socket.close()
        else:
            socket.connect_to_server()

    await phone.page.route_web_socket(re.compile("/_event/"), connected)
    await phone.goto("/home")
    said = phone.page.locator(".banner[data-when=reconnecting]")
    await expect(said).to_be_attached(timeout=10_000)  # it is seen four seconds later
    is_shut = False
    await expect(phone.page.locator("h1")).to_have_text("Hello, Mary")
    await expect(said).not_to_be_attached()


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
