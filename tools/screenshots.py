"""Takes pictures of the real pages into docs/screens/: starts a whole studio, and lives somebody's first hour in it.

The face is the astronaut's of tools/showcase.py (public domain); her selfies are that one portrait, held differently.
"""

from __future__ import annotations

import asyncio
import io
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from playwright.async_api import ViewportSize, async_playwright, expect

from tests.e2e.running import studio
from tests.photos import Pose, save, taken
from tools.chromium import provide

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screens"
QUALITY = 80
PATIENCE_MS = 180_000  # a first set takes a while on a busy machine
PHONE = ViewportSize(width=390, height=844)
WIDE = ViewportSize(width=1280, height=800)
FIRST_SET = 8

# As phones see her: nearer, from further away, leaning, mirrored, in other light.
SELFIES = (
    Pose("astronaut.png", (0.44, 0.30), 0.58),
    Pose("astronaut.png", (0.43, 0.25), 0.42, 6, light=0.9, warmth=1.05),
    Pose("astronaut.png", (0.46, 0.34), 0.66, -5, is_mirrored=True),
    Pose("astronaut.png", (0.42, 0.27), 0.50, -9, light=1.12, warmth=0.96),
    Pose("astronaut.png", (0.48, 0.30), 0.80, light=0.95, is_landscape=True),
    Pose("astronaut.png", (0.44, 0.24), 0.38, 11, is_mirrored=True, warmth=1.08),
)
SELFIE_MEGAPIXELS = 4.0

# Style, shape and how many are ordered after the first set.
ORDERS = (("golden", "3:2", 1), ("oil", "1:1", 1), ("noir", "4:5", 2), ("neon", "3:4", 2))

_PICTURES_IN_SIGHT_ARE_THERE = """() => [...document.images].every((image) => {
  const { top, bottom, left, right, width } = image.getBoundingClientRect();
  const isAway = !width || bottom < 0 || top > innerHeight || right <= 0 || left >= innerWidth;
  return isAway || (image.naturalWidth > 0 && image.dataset.arrived);
})"""
_ARE_PAINTED = """Promise.all([...document.images].filter(({ complete }) => complete)
  .map((image) => image.decode().catch(() => {})))"""


class Camera:
    """One browser with one look, after which its pictures are named."""

    def __init__(self, page: Page, url: str, look: str) -> None:
        self.page, self._url, self._look = page, url, look
        page.set_default_timeout(PATIENCE_MS)

    @classmethod
    async def of(cls, browser: Browser, url: str, look: str, *, like: Camera | None = None) -> Camera:
        """Open a browser: `look` is phone or wide, and -dark; with `like`, the same person is signed in as there."""
        is_phone = look.startswith("phone")
        context = await browser.new_context(
            viewport=PHONE if is_phone else WIDE,
            device_scale_factor=2 if is_phone else 1,
            is_mobile=is_phone,
            has_touch=is_phone,
            color_scheme="dark" if look.endswith("-dark") else "light",
            reduced_motion="reduce",
            storage_state=await like.page.context.storage_state() if like else None,
        )
        return cls(await context.new_page(), url, look)

    async def go(self, path: str) -> None:
        """Open a page, and wait until its room is furnished."""
        await self.page.goto(f"{self._url}{path}")
        await expect(self.page.locator("h1")).to_be_visible(timeout=PATIENCE_MS)
        await expect(self.page.locator(".skeleton:visible, .gallery-waiting:visible")).to_have_count(
            0, timeout=PATIENCE_MS
        )

    async def shoot(self, name: str) -> None:
        """Take what is seen, once the pictures in sight are there."""
        await self.page.wait_for_function(_PICTURES_IN_SIGHT_ARE_THERE)
        await self.page.evaluate(_ARE_PAINTED)
        shot = await self.page.screenshot(animations="disabled")
        path = FOLDER / f"{name}-{self._look}.webp"
        Image.open(io.BytesIO(shot)).convert("RGB").save(path, "WEBP", quality=QUALITY, method=6)
        print(f"{path.name:<28}{path.stat().st_size / 1024:>6.0f} KB", flush=True)


async def take_all(chromium: Path) -> None:
    """Take them, in about two minutes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="screenshots-") as scratch:
        selfies = _selfies(Path(scratch) / "selfies")
        async with studio(Path(scratch) / "var") as running, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
            phone = await Camera.of(browser, running.url, "phone")
            await _arrive(phone)
            await _train(phone, selfies)
            await _first_set(phone)
            await _order_more(phone)
            for look in ("phone", "phone-dark", "wide", "wide-dark"):
                camera = phone if look == "phone" else await Camera.of(browser, running.url, look, like=phone)
                await _look_around(camera)
            for look in ("wide", "phone-dark"):  # as a stranger sees it
                stranger = await Camera.of(browser, running.url, look)
                await stranger.go("/")
                await stranger.shoot("welcome")
            await browser.close()


def _selfies(folder: Path) -> list[Path]:
    folder.mkdir()
    rng = np.random.default_rng(0)
    return [
        save(folder / f"IMG_{2041 + 7 * number}.jpg", taken(pose, SELFIE_MEGAPIXELS, rng))
        for number, pose in enumerate(SELFIES)
    ]


async def _arrive(phone: Camera) -> None:
    page = phone.page
    await phone.go("/")
    await phone.shoot("welcome")
    await phone.go("/auth/sign-up")
    await phone.shoot("sign-up")
    await page.get_by_label("Name").fill("Ada")
    await page.get_by_label("E-mail").fill("ada@example.com")
    await page.get_by_label("Password", exact=True).fill("only for the camera")
    await page.locator("form button[data-kind=primary]").click()
    await page.wait_for_url("**/home/")
    await phone.go("/home")
    await phone.shoot("first-visit")


async def _train(phone: Camera, selfies: list[Path]) -> None:
    page = phone.page
    await phone.go("/train")
    await phone.shoot("before-the-first-photo")
    agreed = page.get_by_role("button", name="Yes, I agree")
    await agreed.click()
    await expect(agreed).to_have_count(0)
    await phone.shoot("train-empty")
    await page.locator("input[data-picks-photos]").first.set_input_files([str(path) for path in selfies])
    tiles = page.locator("[data-selfie-id]")
    await expect(tiles).to_have_count(len(selfies), timeout=PATIENCE_MS)
    await expect(page.locator("[data-state=examining]")).to_have_count(0, timeout=PATIENCE_MS)
    await phone.shoot("train")
    doubtful = page.get_by_role("button", name="Use anyway")
    for left in range(await doubtful.count(), 0, -1):
        await doubtful.first.click()
        await expect(doubtful).to_have_count(left - 1, timeout=PATIENCE_MS)
    await page.locator("[data-starts]").click()
    await expect(page.locator(".being-learned")).to_contain_text(re.compile(r"[2-9]\d\s?%"), timeout=PATIENCE_MS)
    await phone.shoot("training")


async def _first_set(phone: Camera) -> None:
    page = phone.page
    await phone.go("/home")
    await expect(page.locator(".home-room .picture-cell").nth(FIRST_SET // 2)).to_be_visible(timeout=PATIENCE_MS)
    await phone.shoot("first-set")
    await expect(page.locator(".home-room .picture-cell")).to_have_count(FIRST_SET, timeout=PATIENCE_MS)


async def _order_more(phone: Camera) -> None:
    page = phone.page
    for style, shape, count in ORDERS:
        await phone.go("/create")
        await page.locator(f"label:has(input[value='{style}'])").click()
        await page.locator(f"label:has(input[value='{shape}'])").click()
        shown = page.locator(".stepper output")
        while (now := int(await shown.inner_text())) != count:
            await page.get_by_label("More portraits" if now < count else "Fewer portraits").click()
            await expect(shown).not_to_have_text(str(now), timeout=PATIENCE_MS)
        await page.get_by_role("button", name="Make ").click()
        await expect(page.locator(".create-latest .picture-coming").first).to_be_visible(timeout=PATIENCE_MS)
    await phone.go("/create")
    await expect(page.locator(".create-latest .picture-coming")).to_have_count(0, timeout=PATIENCE_MS)


async def _look_around(camera: Camera) -> None:
    for room in ("home", "train", "create", "gallery", "you"):
        await camera.go(f"/{room}")
        await camera.shoot("face-models" if room == "train" else room)
    await camera.go("/gallery")
    await camera.page.locator(".picture-rows .picture-cell").nth(2).click()
    await camera.page.locator("dialog[open]").wait_for()
    await camera.shoot("viewer")


if __name__ == "__main__":
    asyncio.run(take_all(provide()))
