"""What a person takes back: a training that is stopped and tried again, and a face model that is deleted."""

from __future__ import annotations

import re
from http import HTTPStatus
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


async def has_no_photos_any_more(phone: Phone, folder: Path) -> None:
    """See that the photos went once the face was learned, as was chosen at the start."""
    await phone.tap_tab("Train")
    await expect(phone.page.get_by_text(re.compile("^Photos deleted on"))).to_be_visible()
    assert not [path for path in (folder / "bucket" / "u").rglob("selfies/*") if path.is_file()]


async def deletes_and_brings_back(phone: Phone, second: Phone) -> None:
    """Delete two portraits in the gallery, see them go in another tab, and undo that from the toast."""
    await phone.tap_tab("Gallery")
    await second.tap_tab("Gallery")
    await expect(second.page.locator("button.picture-cell")).to_have_count(10)
    link = await second.page.locator(".slide").first.get_attribute("data-download")
    answer = await phone.context.request.get(f"{phone.url}{link}")
    assert answer.ok
    await phone.page.get_by_role("button", name="Select").click()
    for place in (0, 3):
        await phone.page.locator(".gallery-pick").nth(place).click()
    await expect(phone.page.locator(".gallery-chosen output")).to_have_text("2 chosen")
    await phone.page.get_by_role("button", name="Delete", exact=True).click()
    for tab in (phone, second):
        await expect(tab.page.locator("button.picture-cell")).to_have_count(8)
    assert (await phone.context.request.get(f"{phone.url}{link}")).status == HTTPStatus.NOT_FOUND
    await phone.page.get_by_role("button", name="Undo").click()
    for tab in (phone, second):
        await expect(tab.page.locator("button.picture-cell")).to_have_count(10)
    assert (await phone.context.request.get(f"{phone.url}{link}")).ok


async def deletes_the_face(phones: list[Phone], folder: Path) -> None:
    """Delete the only face model for good on one device, and see it go on another, and from the engine's disk."""
    for phone in phones:
        await phone.tap_tab("Train")
        await expect(phone.page.get_by_role("link", name="Make portraits")).to_be_visible()
    faces = folder / "darkroom" / "versions"
    page = phones[0].page
    await page.get_by_role("button", name="Delete", exact=True).click()
    for phone in phones:
        await expect(phone.page.locator(".model-head")).to_have_count(0)
    assert len(list(faces.iterdir())) == 1
    await phones[0].goto("/you/trash")
    await page.get_by_role("button", name="Delete Countess for good").click()
    sheet = page.get_by_role("dialog", name="Delete Countess?")
    await expect(sheet).to_contain_text("The face model is deleted for good, here and in the darkroom.")
    await expect(sheet).to_contain_text("The 10 portraits made from it stay")
    await sheet.get_by_role("button", name="Delete for good").click()
    await phones[0].tap_tab("Train")
    for phone in phones:
        await expect(phone.page.get_by_text(re.compile("^Deleted here and in the darkroom"))).to_be_visible()
    assert list(faces.iterdir()) == []
    await phones[0].tap_tab("Gallery")
    await expect(page.locator("button.picture-cell")).to_have_count(10)
