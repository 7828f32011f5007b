"""A person's browser on a phone: taps and looks as they do, and keeps whatever the console complains about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.async_api import ViewportSize, expect

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page

SCREEN = ViewportSize(width=390, height=844)
PASSWORD = "twelve letters or more"
PATIENCE_MS = 60_000  # how long anything may take on a busy machine; nothing waits longer than it must

# What the console may say, and why that is right.
EXPECTED = (
    r"status of 422",  # the form that was filled in wrongly on purpose: Chromium says so of every answer but 2xx
    r"ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|WebSocket connection to .*/_event",  # the studio was started anew
)

# Notes each change of what a selector finds, as [ms since the page began, what was found]; a reload would empty it.
_WATCH = """([name, find]) => {
  const seen = ((window.seen ??= {})[name] = []);
  const look = new Function(`return ${find}`);
  const note = () => {
    const now = look();
    if (now !== null && seen.at(-1)?.[1] !== now) seen.push([performance.now(), now]);
  };
  note();
  new MutationObserver(note).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
}"""

expect.set_options(timeout=PATIENCE_MS)


class Phone:
    """One tab of one person's browser."""

    def __init__(self, page: Page, url: str, complaints: list[str]) -> None:
        self.page, self.url, self._complaints = page, url, complaints
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._note(str(error)))

    @classmethod
    async def unpack(cls, browser: Browser, url: str, complaints: list[str], *, has_script: bool = True) -> Phone:
        """Take a new phone out of its box: nobody is signed in on it, and whose it is has asked for less motion.

        Three tabs drawn by software at sixty frames a second took a third of the story's time from the studio itself.
        What moves is seen in tests/web and by whoever signs in in test_accounts.
        """
        context = await browser.new_context(
            viewport=SCREEN, is_mobile=True, has_touch=True, java_script_enabled=has_script, reduced_motion="reduce"
        )
        return cls(await context.new_page(), url, complaints)

    async def another_tab(self) -> Phone:
        """Open a second tab beside this one."""
        return Phone(await self.context.new_page(), self.url, self._complaints)

    @property
    def context(self) -> BrowserContext:
        """The browser that this is a tab of."""
        return self.page.context

    async def goto(self, path: str) -> None:
        """Type an address."""
        await self.page.goto(f"{self.url}{path}")

    async def tap_tab(self, room: str) -> None:
        """Go to a room by the bar under the thumb."""
        await self.page.get_by_role("navigation", name="Rooms").get_by_role("link", name=room).click()
        await expect(self.page).to_have_url(re.compile(f"/{room.lower()}"))

    async def fill_in(self, *, name: str = "", email: str, password: str = PASSWORD) -> None:
        """Fill in the sign-up or sign-in form and send it."""
        if name:
            await self.page.get_by_label("Name").fill(name)
        await self.page.get_by_label("E-mail").fill(email)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.page.locator("form button[data-kind=primary]").click()

    async def choose_photos(self, label: str, paths: Iterable[Path]) -> None:
        """Tap what opens the picker, and choose photos in it."""
        async with self.page.expect_file_chooser() as opening:
            await self.page.locator("label", has_text=label).locator("visible=true").click()
        await (await opening.value).set_files([str(path) for path in paths])

    def tile(self, filename: str) -> Locator:
        """Return the room's tile of one photo."""
        remove = self.page.get_by_role("button", name=f"Remove {filename}", exact=True)
        return self.page.locator("[data-selfie-id]").filter(has=remove)

    async def watch(self, name: str, find: str) -> None:
        """Note from now on each change of what a JavaScript expression finds; null is nothing to note."""
        await self.page.evaluate(_WATCH, [name, find])

    async def seen(self, name: str) -> list[tuple[float, Any]]:
        """Return what was noted, each with its moment in seconds; fails when the page was loaded anew since."""
        noted = await self.page.evaluate("name => window.seen[name]", name)
        return [(moment_ms / 1000, what) for moment_ms, what in noted]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"{message.text} {message.location.get('url', '')}")

    def _note(self, complaint: str) -> None:
        if not any(re.search(expected, complaint) for expected in EXPECTED):
            self._complaints.append(f"{self.page.url}: {complaint}")
