"""Furniture that browsers draw in their own way: a page behind a sheet beside its scrollbar, and a meter's fill."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal

import pytest
from PIL import Image
from playwright.async_api import Browser, ViewportSize, async_playwright, expect
from starlette.templating import Jinja2Templates

from tests.web import served
from tests.web.served import HEAD, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

# One Chromium serves every file, so its tests share a loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDE = ViewportSize(width=1280, height=800)
LONG_PAGE = f"""{HEAD}<body><main class="page"><h1>Gallery</h1><p style="height: 300dvh"></p></main>
<dialog class="sheet" id="more"><div class="sheet-head"><h2>More</h2></div></dialog></body></html>"""

INVITATION = f"""{HEAD}<body><input class="input" id="invite-link" readonly value="http://studio.test/i?invite=x">
<button class="button" data-copies="invite-link">Copy the link</button><input id="elsewhere">
<div class="toasts" role="status" popover="manual"></div></body></html>"""

_TWO = '<button class="button" data-kind="primary">Stay</button><button class="button" data-kind="danger">Go</button>'
NOTICE = f"""{HEAD}<body>{_TWO}<div class="notice" data-kind="care"><div>{_TWO}</div></div></body></html>"""


def sign_up() -> str:
    form = Jinja2Templates(ROOT / "portrait_app" / "http" / "templates").env.get_template("sign_up.html")
    return form.render(values={}, errors={}, next="")


ALONE = f"""{HEAD}<body><div class="notice"><div><strong>Said in one sentence.</strong></div></div>
<div class="notice"><div><strong>A headline</strong><p>And what it means.</p></div></div></body></html>"""
PAGES = {
    "/alone": lambda: ALONE,
    "/long": lambda: LONG_PAGE,
    "/sign-up": sign_up,
    "/invitation": lambda: INVITATION,
    "/notice": lambda: NOTICE,
}


async def shot(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(await page.screenshot(animations="disabled"))).convert("RGB")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_behind_a_sheet_the_place_of_the_scrollbar_is_as_dark_as_the_page(
    chromium: Path, scheme: Literal["light", "dark"]
) -> None:
    async with async_playwright() as playwright:
        # Playwright hides scrollbars, and with them the place that is kept for one.
        browser = await playwright.chromium.launch(
            executable_path=str(chromium), args=["--no-sandbox"], ignore_default_args=["--hide-scrollbars"]
        )
        page = await served.desk(browser, PAGES, "/long", size=WIDE, scheme=scheme)
        room = await page.evaluate("innerWidth - document.documentElement.clientWidth")
        assert room > 0
        heading = "document.querySelector('h1').getBoundingClientRect().x"
        before = await page.evaluate(heading)
        await page.evaluate("document.querySelector('dialog').showModal()")
        assert await page.evaluate(heading) == before
        picture = await shot(page)
        await browser.close()
    beside, behind = picture.getpixel((WIDE["width"] - room // 2, 700)), picture.getpixel((WIDE["width"] - 100, 700))
    assert isinstance(beside, tuple)
    assert isinstance(behind, tuple)
    assert max(abs(one - other) for one, other in zip(beside, behind, strict=True)) <= 1


async def test_what_fills_the_strength_of_a_password_is_as_high_as_its_track(browser: Browser) -> None:
    page = await served.phone(browser, PAGES, "/sign-up")
    meter = page.locator("meter")
    await meter.evaluate("(it) => { it.hidden = false; it.value = 3; }")
    box = await meter.bounding_box()
    assert box is not None
    picture = await shot(page)
    x, top, bottom = round(box["x"] + box["width"] / 4), round(box["y"]), round(box["y"] + box["height"])
    column = {picture.getpixel((x, y)) for y in range(top, bottom)}
    assert len(column) == 1  # the fill alone
    assert column.isdisjoint({picture.getpixel((round(box["x"] + box["width"]) - 8, (top + bottom) // 2))})


async def test_what_a_password_needs_is_said_once(browser: Browser) -> None:
    page = await served.phone(browser, PAGES, "/sign-up")
    rule = page.locator("[data-rule]")
    assert await rule.is_visible()
    await page.locator("[data-strength]").evaluate("(it) => { it.hidden = false; it.textContent = 'Too short.'; }")
    assert not await rule.is_visible()


async def test_a_link_is_copied_also_where_there_is_no_tls(browser: Browser) -> None:
    page = await served.phone(browser, PAGES, "/invitation")
    assert not await page.evaluate("isSecureContext")
    await page.get_by_role("button", name="Copy the link").click()
    await expect(page.locator(".toast")).to_contain_text("Link copied")
    await page.locator("#elsewhere").press("Control+v")
    assert await page.input_value("#elsewhere") == "http://studio.test/i?invite=x"


async def test_the_one_action_in_a_notice_looks_as_it_does_anywhere(browser: Browser) -> None:
    page = await served.phone(browser, PAGES, "/notice")
    looks = "[...document.querySelectorAll('.button')].map((it) => [getComputedStyle(it)]"
    looks += ".map(({ backgroundColor, color }) => `${color} on ${backgroundColor}`)[0])"
    stay, go, stay_in_notice, go_in_notice = await page.evaluate(looks)
    assert (stay_in_notice, go_in_notice) == (stay, go)


async def test_a_sentence_alone_in_a_notice_is_no_headline(browser: Browser) -> None:
    page = await served.phone(browser, PAGES, "/alone")
    weights = "[...document.querySelectorAll('strong')].map((it) => getComputedStyle(it).fontWeight)"
    assert await page.evaluate(weights) == ["400", "600"]
