"""A town: the studio's doors, a certified OpenID provider and a Chromium between them, one of each for a file."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest_asyncio
from playwright.async_api import expect

from portrait_app.services import sessions
from portrait_app.services.cookie import COOKIE
from tests.furnished import furnished
from tests.http.doors import listening, served
from tests.http.op import CLIENT, provider

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from portrait_app.database.address import Address
    from portrait_app.services.sessions import Someone
    from tests.builders import House

BUTTON = "Continue with Example"


@dataclass
class Town:
    """The studio's doors, and a browser in front of them."""

    house: House
    url: str
    page: Page

    async def goes_there(self, name: str) -> None:
        """From the sign-in page to the provider, and through its own forms."""
        await self.page.goto(f"{self.url}/auth/sign-in")
        await self.page.get_by_role("link", name=BUTTON).click()
        await self.says_there_who_they_are(name)

    async def says_there_who_they_are(self, name: str) -> None:
        await self.page.get_by_placeholder("Enter any login").fill(name)
        await self.page.get_by_placeholder("and password").fill("anything")
        await self.page.get_by_role("button", name="Sign-in").click()
        await self.page.get_by_role("button", name="Continue").click()

    async def is_at_home(self, name: str) -> None:
        await expect(self.page).to_have_url(re.compile("/home"))
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(f"Hello, {name}")

    async def is_told(self, words: str) -> None:
        await expect(self.page).to_have_url(re.compile("/auth/sign-in"))
        await expect(self.page.get_by_role("alert").filter(has_text=words)).to_be_visible()

    async def callback_of(self, name: str) -> str:
        """Go there and on, up to the callback: it is caught on its way, unused."""
        devtools = await self.page.context.new_cdp_session(self.page)
        caught: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def catch(paused: dict[str, Any]) -> None:
            await devtools.send("Fetch.failRequest", {"requestId": paused["requestId"], "errorReason": "Aborted"})
            if not caught.done():
                caught.set_result(paused["request"]["url"])

        devtools.on("Fetch.requestPaused", catch)
        await devtools.send("Fetch.enable", {"patterns": [{"urlPattern": "*/callback?*"}]})
        await self.goes_there(name)
        async with asyncio.timeout(30):
            url = await caught
        await devtools.send("Fetch.disable")
        return url

    async def someone(self) -> Someone | None:
        tokens = [each.get("value") for each in await self.page.context.cookies() if each.get("name") == COOKIE]
        return await sessions.who(self.house.desk, str(tokens[0])) if tokens else None


@pytest_asyncio.fixture(loop_scope="session")
async def house(address: Address, tmp_path: Path) -> AsyncGenerator[House]:
    """A house on the loop of the browser."""
    async with furnished(address, tmp_path) as made:
        yield made


@dataclass
class Street:
    """The studio's port, kept for each test's own studio, and the provider that knows its one callback."""

    port: socket.socket
    provider: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def street() -> AsyncGenerator[Street]:
    with listening() as port:
        with listening() as free:
            number = free.getsockname()[1]
        async with provider(number, f"http://localhost:{port.getsockname()[1]}/auth/with/oidc/callback"):
            yield Street(port, f"http://127.0.0.1:{number}")


@pytest_asyncio.fixture(loop_scope="session")
async def town(house: House, tmp_path: Path, browser: Browser, street: Street) -> AsyncGenerator[Town]:
    """A studio of the test's own, and a browser that has never been anywhere."""
    settings = CLIENT | {"OIDC_ISSUER": street.provider, "OIDC_NAME": "Example"}
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(served(house.desk, tmp_path, street.port, **settings))
        # Closed first: a server waits for whoever is still connected to it.
        context = await stack.enter_async_context(await browser.new_context())
        yield Town(house, url, await context.new_page())
