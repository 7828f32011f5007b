"""Everybody in one browser, and what their pages ask for that they may not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portrait_app.adapters.mail.outbox import Outbox, in_a_line
from tests.e2e.person import until

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

    from tests.e2e.running import Running

PASSWORD = "seven green umbrellas"
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
