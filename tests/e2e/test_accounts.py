"""Signing in as a person does it, in a real browser on the running studio, under the security policy that it sends."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from portrait_app.adapters.mail.outbox import Outbox, in_a_line
from tests.e2e.person import until
from tests.e2e.running import Running, studio

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser

PASSWORD, NEW = "seven green umbrellas", "eleven quiet lanterns"
ROOMS = ("/", "/home", "/train", "/create", "/gallery", "/you")
FORMS = ("/auth/sign-in", "/auth/sign-up", "/auth/forgot", "/auth/password", "/auth/address")
AT_HOME = re.compile("Home|Hello, ")  # the room, and the same once it knows who is there
SIGN_IN = re.compile(r"/auth/sign-in\?next=")
_TELLS_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  tellViolation(`${location.pathname}: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"""


@dataclass
class People:
    """A studio, the browser in which everybody is, and what its pages were forbidden."""

    running: Running
    browser: Browser
    forbidden: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    async def somebody(self) -> Page:
        """A browser of their own; what it asks of other hosts, and what the policy forbids it, is kept."""
        context = await self.browser.new_context(base_url=self.running.url)
        await self._watch(context)
        return await context.new_page()

    async def _watch(self, context: BrowserContext) -> None:
        await context.expose_function("tellViolation", self._note)
        await context.add_init_script(_TELLS_VIOLATIONS)
        context.on("request", self._hear)

    def _note(self, violation: str) -> None:
        self.forbidden.append(violation)

    def _hear(self, request) -> None:
        if not request.url.startswith((self.running.url, "data:", "blob:")):
            self.elsewhere.append(request.url)

    async def link(self, subject: str) -> str:
        """The link of the newest mail of this subject, once it lies in the outbox."""
        outbox = Outbox(self.running.folder / "outbox")

        async def found() -> list[str]:
            return [line for line in map(in_a_line, outbox.mails()) if subject in line and "http" in line]

        return (await until(found, bool))[-1].rpartition(" ")[2]


async def test_somebody_signs_up_is_told_how_strong_a_password_is_and_signs_others_out(
    tmp_path: Path, browser: Browser
) -> None:
    async with studio(tmp_path / "var") as running:
        people = People(running, browser)
        ada = await people.somebody()
        await _signs_up(ada)
        await _walks_through_every_room(ada)
        await _confirms(ada, people)
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


async def _is_signed_out_from_another_browser(page: Page, other: Page) -> None:
    await _signs_in(other, PASSWORD)
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
    await other.get_by_role("button", name="Send the link").click()
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
