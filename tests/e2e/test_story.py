"""The whole story on a phone: from the public page to one's own portraits, in two tabs and on a second device."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.async_api import Browser, expect

from portrait_app.database.address import Address
from portrait_app.wiring import open_workshop
from tests.e2e import second_thoughts
from tests.e2e.person import until
from tests.e2e.phone import PASSWORD, Phone
from tests.e2e.running import Running, studio
from tests.e2e.selfies import GOOD, nothing_tells_where_a_photo_was_taken, selfies_in
from tools import newcomers

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EMAIL = "ada@example.com"
STYLES_OF_A_FIRST_SET = ["Studio", "Film", "Noir", "Neon", "Golden hour", "Oil", "Silver", "Corporate"]
LONGEST_TRAINING_MS = 180_000
PROGRESS = "document.querySelector('.progress')?.textContent ?? null"
PORTRAITS = "document.querySelectorAll('.picture-rows img').length"


@dataclass
class Town:
    """A studio, the browser that everybody uses, and what its consoles complained about."""

    studio: Running
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    async def phone(self, *, has_script: bool = True) -> Phone:
        return await Phone.unpack(self.browser, self.studio.url, self.complaints, has_script=has_script)


async def test_from_the_public_page_to_portraits_in_the_gallery(
    tmp_path: Path, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    selfies = selfies_in(tmp_path / "selfies")
    async with studio(tmp_path / "var") as running:
        town = Town(running, browser)
        await _a_form_works_without_scripts(town)
        phone = await town.phone()
        await _signs_up_after_a_slip(phone, running)
        await _hands_photos_in(phone, selfies)
        await _overrules_and_removes(phone)
        await _the_draft_survives(phone, running)
        await second_thoughts.stops_and_tries_again(phone, photos=len(GOOD) + 1)
        second, device = await phone.another_tab(), await town.phone()
        await _signs_in(device)
        nothing_tells_where_a_photo_was_taken(running.folder, count=len(GOOD) + 1)
        await _learns_in_every_tab([phone, second, device], capsys)
        await _portraits_arrive_one_by_one([phone, second, device])
        await _orders_two_more(phone, second)
        await _looks_through_the_gallery(phone)
        await second_thoughts.has_no_photos_any_more(phone, running.folder)
        nothing_tells_where_a_photo_was_taken(running.folder, count=10)
        await second_thoughts.deletes_and_brings_back(phone, second)
        await _somebody_else_sees_nothing(town, phone)
        await second_thoughts.deletes_the_face([phone, device], running.folder)
        assert town.complaints == []


async def _a_form_works_without_scripts(town: Town) -> None:
    phone = await town.phone(has_script=False)
    await phone.goto("/auth/sign-up")
    await phone.fill_in(name="Grace", email="grace@example", password=PASSWORD)
    email = phone.page.get_by_label("E-mail")
    await expect(email).to_have_accessible_description(re.compile("doesn't look like an e-mail address"))
    await expect(email).to_have_value("grace@example")
    await expect(phone.page.get_by_label("Name")).to_have_value("Grace")
    await phone.fill_in(email="grace@example.com")
    await expect(phone.page).to_have_url(re.compile("/home"))


async def _signs_up_after_a_slip(phone: Phone, running: Running) -> None:
    await phone.goto("/")
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("A portrait studio for your own face")
    await phone.page.get_by_role("link", name="Make my portraits").click()
    await phone.fill_in(name="Ada Lovelace", email=EMAIL, password="too short")
    password = phone.page.get_by_label("Password", exact=True)
    await expect(password).to_have_accessible_description(re.compile("15 characters or more"))
    await expect(password).to_be_focused()
    await expect(phone.page.get_by_label("Name")).to_have_value("Ada Lovelace")
    await expect(phone.page.get_by_label("E-mail")).to_have_value(EMAIL)
    await password.fill(PASSWORD)
    await password.press("Enter")
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Ask to be let in")

    async def is_let_in() -> bool:  # by Grace, whose studio it is: see test_accounts
        return newcomers.let_in(Address.of(running.settings), EMAIL)

    await until(is_let_in, bool)
    await phone.page.get_by_role("link", name="Sign in").click()
    await phone.fill_in(email=EMAIL)
    await expect(phone.page).to_have_url(re.compile("/home"))
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Hello, Ada")


async def _signs_in(phone: Phone) -> None:
    await phone.goto("/auth/sign-in")
    await phone.fill_in(email=EMAIL)
    await expect(phone.page).to_have_url(re.compile("/home"))


async def _hands_photos_in(phone: Phone, selfies: list[Path]) -> None:
    await phone.tap_tab("Train")
    await expect(phone.page.get_by_text("Choose photos")).to_have_count(0)
    await phone.page.get_by_role("button", name="Yes, I agree").click()
    await phone.choose_photos("Choose photos", selfies[:4])
    await phone.choose_photos("Add photos", selfies[4:])
    for filename in GOOD:
        await expect(phone.tile(filename)).to_have_attribute("data-state", "good")
        await expect(phone.tile(filename).get_by_role("img", name=filename)).to_be_visible()
    for filename, words in {
        "cat.jpg": "No face found",
        "blurred.jpg": "Blurred",
        "somebody-else.jpg": "Somebody else?",
        "text.jpg": "picture",
    }.items():
        await expect(phone.tile(filename)).to_contain_text(words)
    await expect(phone.tile("cat.jpg").get_by_role("button", name="Use anyway")).to_have_count(0)
    await expect(phone.page.locator(".start-bar")).to_contain_text("8 good photos")


async def _overrules_and_removes(phone: Phone) -> None:
    await phone.tile("blurred.jpg").get_by_role("button", name="Use anyway").click()
    await expect(phone.tile("blurred.jpg")).to_have_attribute("data-state", "good")
    for filename in ("text.jpg", "cat.jpg", "somebody-else.jpg"):
        await phone.tile(filename).get_by_role("button", name=f"Remove {filename}").click()
        await expect(phone.tile(filename)).to_have_count(0)
    name = phone.page.get_by_label("Whose face is it?")
    await expect(name).to_have_value("Ada")
    await name.fill("Countess")
    await name.blur()
    await expect(phone.page.locator(".start-bar")).to_contain_text("9 good photos")


async def _the_draft_survives(phone: Phone, running: Running) -> None:
    await phone.page.reload()
    await _sees_the_draft(phone)
    await running.stop()
    await running.start()
    await _sees_the_draft(phone)
    await phone.page.reload()
    await _sees_the_draft(phone)


async def _sees_the_draft(phone: Phone) -> None:
    await expect(phone.page.get_by_label("Whose face is it?")).to_have_value("Countess")
    await expect(phone.page.locator('[data-selfie-id][data-state="good"]')).to_have_count(len(GOOD) + 1)
    await expect(phone.page.locator(".start-bar")).to_contain_text("9 good photos")


async def _learns_in_every_tab(phones: list[Phone], capsys: pytest.CaptureFixture[str]) -> None:
    first, second, device = phones
    await second.goto("/train")
    await _sees_the_draft(second)
    await device.tap_tab("Home")
    for phone in phones:
        await phone.watch("progress", PROGRESS)
    await first.page.get_by_role("button", name="Learn this face").click()
    for phone in phones:
        await expect(phone.page.locator(".progress")).to_contain_text("%")
        await expect(phone.page.get_by_role("heading", name="Countess")).to_be_visible()
    for phone in phones:
        await expect(phone.page.locator(".progress")).to_have_count(0, timeout=LONGEST_TRAINING_MS)
        _progress_was_told_well(await phone.seen("progress"), capsys)


def _progress_was_told_well(seen: list[tuple[float, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    percents = [int(re.findall(r"\d+", words)[0]) for _, words in seen]
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(seen)]
    with capsys.disabled():
        print(f"\n  {len(seen)} updates, the longest silence {max(gaps):.2f} s")  # noqa: T201 -- a figure for whoever reads along
    assert percents == sorted(percents)
    assert len(set(percents)) > 3
    # One a second at least. A busy machine may miss a beat, but never goes silent.
    assert median(gaps) < 1
    assert max(gaps) <= 3


async def _portraits_arrive_one_by_one(phones: list[Phone]) -> None:
    first, second, _ = phones
    await first.tap_tab("Gallery")
    await second.tap_tab("Create")
    for phone in phones:
        await phone.watch("portraits", PORTRAITS)
    for phone in phones:
        await expect(phone.page.locator(".picture-rows img")).to_have_count(8, timeout=LONGEST_TRAINING_MS)
        counts = [count for _, count in await phone.seen("portraits")]
        assert counts == sorted(counts)
        assert len(counts) >= 5
        await _all_are_really_there(phone)


async def _all_are_really_there(phone: Phone) -> None:
    await phone.page.wait_for_function(
        "() => [...document.querySelectorAll('.picture-rows img')].every((it) => it.complete && it.naturalWidth > 0)"
    )


async def _orders_two_more(phone: Phone, second: Phone) -> None:
    await phone.tap_tab("Create")
    await phone.page.locator("label.choice", has_text="Noir").click()
    fewer = phone.page.get_by_role("button", name="Fewer portraits")
    for left in (3, 2):
        await fewer.click()
        await expect(phone.page.get_by_label("portraits", exact=True).locator("output")).to_have_text(str(left))
    await phone.page.get_by_role("button", name="Make 2 portraits").click()
    await expect(phone.page.locator("#latest-portraits .picture-coming")).to_have_count(2)
    for tab in (phone, second):
        await expect(tab.page.locator(".picture-rows img")).to_have_count(10)


async def _looks_through_the_gallery(phone: Phone) -> None:
    await phone.tap_tab("Gallery")
    portraits = phone.page.locator("button.picture-cell")
    await expect(portraits).to_have_count(10)
    labels = await portraits.evaluate_all("cells => cells.map((cell) => cell.ariaLabel)")
    assert labels == [f"{style} portrait of Countess" for style in ["Noir", "Noir", *STYLES_OF_A_FIRST_SET]]
    await portraits.first.click()
    viewer = phone.page.get_by_role("dialog", name="Pictures")
    await expect(viewer.locator(".viewer-place")).to_have_text("1 of 10")
    for key, place in (("ArrowRight", "2 of 10"), ("ArrowRight", "3 of 10"), ("ArrowLeft", "2 of 10")):
        await phone.page.keyboard.press(key)
        await expect(viewer.locator(".viewer-place")).to_have_text(place)
    await phone.page.wait_for_function("() => document.querySelectorAll('.slide img')[1].naturalWidth > 320")
    await phone.page.keyboard.press("Escape")
    await expect(viewer).to_be_hidden()


async def _somebody_else_sees_nothing(town: Town, phone: Phone) -> None:
    cell = phone.page.locator("button.picture-cell").first
    portrait_id = (await cell.get_attribute("data-shows-slide") or "").removeprefix("slide-")
    link = await phone.page.locator(".slide").first.get_attribute("data-download") or ""
    stranger = await town.phone()
    async with open_workshop(town.studio.settings) as workshop:
        await newcomers.signs_up(
            workshop.desk, name="Mallory", email="mallory@example.com", password=PASSWORD, device="test"
        )
    await stranger.goto("/auth/sign-in")
    await stranger.fill_in(email="mallory@example.com")
    await expect(stranger.page).to_have_url(re.compile("/home"))
    await stranger.goto(f"/gallery?open={portrait_id}")
    await expect(stranger.page.get_by_text("Your portraits will hang here")).to_be_visible()
    await stranger.goto("/train")
    await expect(stranger.page.get_by_text("Before your first photo")).to_be_visible()
    await expect(stranger.page.locator(".model-head, [data-selfie-id]")).to_have_count(0)
    unsigned = await stranger.context.request.get(f"{stranger.url}{link.partition('?')[0]}")
    assert unsigned.status == httpx.codes.FORBIDDEN
