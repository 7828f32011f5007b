"""The studio that is measured, and the person who sits for it in a real browser."""

from __future__ import annotations

import asyncio
import shutil
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright, expect

from portrait_app.house.listening import free_port
from portrait_app.wiring import open_workshop
from tests.e2e.running import Running
from tests.models import models
from tests.photos import twelve_selfies
from tools import newcomers
from tools.bench import memory

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext, Page

PATIENCE_MS = 300_000  # on a busy machine everything takes long; it is measured all the same
FIRST_SET = 8


@dataclass(frozen=True)
class FirstHour:
    """What was measured from the first photo to the last portrait of the first set.

    Args: landed_s, examined_s: from choosing twelve photos until all bytes are in the bucket, all are examined.
        learned_s: from the tap until the face model is ready. first_s, eight_s: from there until that many portraits
        are on the screen. at_rest, peak: MB by process.
    """

    landed_s: float
    examined_s: float
    learned_s: float
    first_s: float
    eight_s: float
    at_rest: dict[str, float]
    peak: dict[str, float]


class Sitting:
    """A running studio, and Ada with two tabs of one browser: the training room and home."""

    def __init__(self, running: Running, browser: Browser, scratch: Path) -> None:
        self.running, self.browser, self.scratch = running, browser, scratch
        self._first_hour: FirstHour | None = None
        self._context: BrowserContext | None = None

    @cached_property
    def photos(self) -> list[Path]:
        """Twelve photos of one person, of 12 megapixels each."""
        return twelve_selfies(self.scratch / "selfies")

    async def context(self) -> BrowserContext:
        """Return the browser in which Ada is signed in."""
        if self._context is None:
            self._context = await self.browser.new_context(viewport={"width": 390, "height": 844})
            email, password = "ada@example.com", "only to be measured"
            async with open_workshop(self.running.settings) as workshop:
                await newcomers.signs_up(workshop.desk, name="Ada", email=email, password=password, device="bench")
            page = await self.tab("/auth/sign-in")
            await page.get_by_label("E-mail").fill(email)
            await page.get_by_label("Password", exact=True).fill(password)
            await page.locator("form button[data-kind=primary]").click()
            await page.wait_for_url("**/home/")
            await page.close()
        return self._context

    async def tab(self, path: str) -> Page:
        """Open a page in a tab of its own, furnished."""
        page = await (await self.context()).new_page()
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(f"{self.running.url}{path}")
        await expect(page.locator(".large-title").first).to_be_visible(timeout=PATIENCE_MS)
        return page

    async def first_hour(self) -> FirstHour:
        """Live it once: hand twelve photos in, have the face learned, await the first set."""
        if self._first_hour is None:
            room, home = await self.tab("/train"), await self.tab("/home")
            at_rest = memory.held(self.running)
            landed_s, examined_s = await self.hand_in(room)
            async with memory.peak_of(self.running) as peak:
                learned_s = await self.learn(room)
                first_s, eight_s = await _portraits_arrive(home)
            self._first_hour = FirstHour(landed_s, examined_s, learned_s, first_s, eight_s, at_rest, peak)
            await room.close()
            await home.close()
        return self._first_hour

    async def hand_in(self, room: Page) -> tuple[float, float]:
        """Choose the photos in the training room; return the seconds until all have landed, all are examined."""
        await room.locator(".train-room").wait_for(timeout=PATIENCE_MS)
        if await (yes := room.get_by_role("button", name="Yes, I agree")).count():
            await yes.click()
            await yes.wait_for(state="detached", timeout=PATIENCE_MS)
        paths = [str(path) for path in self.photos]
        landed: asyncio.Queue[None] = asyncio.Queue()
        room.on("response", lambda answer: landed.put_nowait(None) if "/api/selfies" in answer.url else None)
        began = time.perf_counter()
        await room.locator("input[data-picks-photos]").first.set_input_files(paths)
        for _ in paths:
            await asyncio.wait_for(landed.get(), PATIENCE_MS / 1000)
        landed_s = time.perf_counter() - began
        await expect(room.locator("[data-selfie-id]")).to_have_count(len(paths), timeout=PATIENCE_MS)
        await expect(room.locator("[data-state=examining]")).to_have_count(0, timeout=PATIENCE_MS)
        return landed_s, time.perf_counter() - began

    async def learn(self, room: Page) -> float:
        """Start the training; return the seconds until the face model is ready."""
        began = time.perf_counter()
        await self.begin(room)
        at_its_end = room.locator(".train-room:not(:has(.being-learned)) .shelf")
        await expect(at_its_end).to_contain_text("Ready", timeout=PATIENCE_MS)
        return time.perf_counter() - began

    async def begin(self, room: Page) -> None:
        """Start the training, and wait until the room shows that it runs."""
        await room.get_by_label("Whose face is it?").fill("Ada")  # only the first is named by itself
        await room.locator("[data-starts]").click()
        await expect(room.locator(".being-learned")).to_be_visible(timeout=PATIENCE_MS)


async def _portraits_arrive(home: Page) -> tuple[float, float]:
    """Return the seconds from now until the first portrait, and until the whole first set, is on the screen."""
    began = time.perf_counter()
    await expect(home.locator(".home-room .picture-cell img[data-arrived=load]").first).to_be_visible(
        timeout=PATIENCE_MS
    )
    first_s = time.perf_counter() - began
    await expect(home.locator(".home-room .picture-cell")).to_have_count(FIRST_SET, timeout=PATIENCE_MS)
    return first_s, time.perf_counter() - began


@asynccontextmanager
async def opened(chromium: Path, scratch: Path) -> AsyncGenerator[Sitting]:
    """Furnish a data folder and open the browser; the studio is started by whoever needs it first."""
    shutil.copytree(models(), scratch / "var" / "models")
    running = Running(scratch / "var", free_port())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        try:
            yield Sitting(running, browser, scratch)
        finally:
            await browser.close()
            if running.process is not None:
                await running.stop()
