"""Dates and numbers in a real Chromium: right in the first paint, in the chosen language, else in the device's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.locales import LOCALES

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Route

# One Chromium serves every file, so its tests share a loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HOST = "http://studio.test"
JS = Path(__file__).parents[2] / "assets" / "js"
SAID = (
    ("date", "2026-11-28T22:30:00+00:00"),
    ("number", 1234.5),
    ("percent", 42),
    ("size", 6_100_000),
    ("size", 21),
    ("words", "1200 of 3400 pictures in an S3 store."),
)
# What stands there in each frame is kept: whatever is written anew would be seen to flicker.
PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><script>{(JS / "early.js").read_text()}</script>
<script>self.frames = []; const keep = () => {{ frames.push(said()); requestAnimationFrame(keep); }};
requestAnimationFrame(keep);
const said = () => [...document.querySelectorAll("said-locally")].map((it) => it.textContent);</script></head>
<body>{"".join(f'<said-locally as="{way}" value="{value}"></said-locally>' for way, value in SAID)}
<select data-look="locale"><option value=""></option><option value="de-DE">Deutsch</option></select>
<script src="/js/furniture.js"></script></body></html>"""


async def opened(browser: Browser, look: str = "") -> Page:
    context = await browser.new_context(locale="en-GB", timezone_id="Asia/Tokyo")
    if look:
        await context.add_cookies([{"name": "look", "value": look, "url": HOST}])
    page = await context.new_page()
    await page.route(f"{HOST}/**", serve)
    await page.goto(HOST)
    await page.evaluate("new Promise(requestAnimationFrame)")
    return page


async def serve(route: Route) -> None:
    script = JS / route.request.url.rpartition("/")[2]
    if script.is_file():
        await route.fulfill(body=script.read_text(), content_type="text/javascript")
    else:
        await route.fulfill(body=PAGE, content_type="text/html; charset=utf-8")


async def said(page: Page) -> list[str]:
    return [text.replace("\xa0", " ") for text in await page.evaluate("said()")]


async def require_no_flicker(page: Page, expected: list[str]) -> None:
    """Every frame showed this, or, while the page came, the beginning of it."""
    frames = await page.evaluate("new Promise(requestAnimationFrame).then(() => frames)")
    assert frames
    for frame in frames:
        assert [text.replace("\xa0", " ") for text in frame] == expected[: len(frame)]


ENGLISH = ["29 November 2026", "1,234.5", "42%", "6.1 MB", "21 bytes", "1,200 of 3,400 pictures in an S3 store."]
GERMAN = ["29. November 2026", "1.234,5", "42 %", "6,1 MB", "21 Byte", "1.200 of 3.400 pictures in an S3 store."]


@pytest.mark.parametrize(
    ("look", "expected"),
    [("", ENGLISH), ("dark.145", ENGLISH), ("auto.265.de-DE", GERMAN), ("auto.265.<script>", ENGLISH)],
)
async def test_the_first_paint_is_in_the_language_that_was_chosen_and_the_devices_time_zone(
    browser: Browser, look: str, expected: list[str]
) -> None:
    page = await opened(browser, look)
    assert await said(page) == expected
    await require_no_flicker(page, expected)


async def test_another_choice_is_written_at_once_and_is_there_after_a_reload(browser: Browser) -> None:
    page = await opened(browser, "dark.145")
    await page.select_option("select", "de-DE")
    assert await said(page) == GERMAN
    assert await page.evaluate("document.cookie") == "look=dark.145.de-DE"
    await page.reload()
    await page.evaluate("new Promise(requestAnimationFrame)")
    await require_no_flicker(page, GERMAN)
    await page.select_option("select", "")
    assert (await said(page), await page.evaluate("document.cookie")) == (ENGLISH, "look=dark.145")


async def test_what_was_chosen_on_another_device_is_worn_as_soon_as_it_is_heard_of(browser: Browser) -> None:
    page = await opened(browser, "light.5")
    wear = "(look) => { const it = document.querySelector('worn-look') ?? document.createElement('worn-look');"
    wear += " it.setAttribute('value', look); document.body.append(it); }"
    await page.evaluate(wear, "dark.200.de-DE")
    root = "[document.documentElement.dataset.theme, document.documentElement.style.getPropertyValue('--hue')]"
    assert await page.evaluate(root) == ["dark", "200"]
    assert (await said(page), await page.evaluate("document.cookie")) == (GERMAN, "look=dark.200.de-DE")
    await page.evaluate(wear, "")  # before anything is known
    assert await page.evaluate(root) == ["dark", "200"]


async def test_whoever_is_choosing_right_now_is_not_set_back(browser: Browser) -> None:
    page = await opened(browser, "light.5")
    await page.select_option("select", "de-DE")
    await page.evaluate("document.body.append(document.createElement('worn-look'))")
    await page.evaluate("document.querySelector('worn-look').setAttribute('value', 'light.5')")  # news of before
    assert await said(page) == GERMAN


async def test_the_browser_knows_every_language_that_is_offered(browser: Browser) -> None:
    page = await opened(browser)
    known = await page.evaluate("(tags) => Intl.DateTimeFormat.supportedLocalesOf(tags)", list(LOCALES))
    assert known == list(LOCALES)
