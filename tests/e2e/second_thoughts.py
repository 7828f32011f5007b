"""What a person takes back: a training that is stopped and tried again, and a face model that is deleted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.phone import Phone


async def stops_and_tries_again(phone: Phone, *, photos: int) -> None:
    """Begin to learn the face of the draft, stop that, and have the draft back."""
    page = phone.page
    await page.get_by_role("button", name="Learn this face").click()
    await page.get_by_role("button", name="Stop…").click()
    sheet = page.get_by_role("dialog", name="Stop learning this face?")
    await sheet.get_by_role("button", name="Stop", exact=True).click()
    await expect(page.locator(".shelf .status")).to_have_text("Stopped")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator(".shelf")).to_have_count(0)
    await expect(page.locator(".start-bar")).to_contain_text(f"{photos} good photos")


async def deletes_the_face(phones: list[Phone], folder: Path, *, photos: int) -> None:
    """Delete the only face model on one device and see it go on another, and from both disks."""
    for phone in phones:
        await phone.tap_tab("Train")
        await expect(phone.page.get_by_role("link", name="Make portraits")).to_be_visible()
    faces = folder / "darkroom" / "versions"
    assert len(list(faces.iterdir())) == 1
    page = phones[0].page
    await page.get_by_role("button", name="Delete…").click()
    sheet = page.get_by_role("dialog", name="Delete Countess?")
    await expect(sheet).to_contain_text(f"its {photos} photos are deleted for good")
    await expect(sheet).to_contain_text("The 10 portraits made from it stay")
    await sheet.get_by_role("button", name="Delete face model").click()
    for phone in phones:
        await expect(phone.page.get_by_text(re.compile("^Deleted here and in the darkroom"))).to_be_visible()
    assert list(faces.iterdir()) == []
    assert not [path for path in (folder / "bucket" / "u").rglob("selfies/*") if path.is_file()]
    await phones[0].tap_tab("Gallery")
    await expect(page.locator("button.picture-cell")).to_have_count(10)
