"""The viewer and the browser's history: Back closes it, and however it is closed no step is left over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Browser, Page, expect

from tests.web import served
from tests.web.served import HEAD, HOST

if TYPE_CHECKING:
    from playwright.async_api import Locator

# One Chromium serves every file, so its tests share a loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PICTURE = '<span class="picture"><img src="/icons/icon-192.png" alt=""></span>'
PICTURES = 30
# The framework numbers each step of the history, and hears of each that is taken (popstate).
GALLERY = f"""{HEAD}<body class="frame">
<script>if (!history.state) history.replaceState({{ idx: 3 }}, "");
self.heard = 0; addEventListener("popstate", () => heard++);</script>
<main class="page"><div class="picture-rows">{
    "".join(f'<button class="picture-cell" data-shows-slide="s{it}">{PICTURE}</button>' for it in range(PICTURES))
}</div></main>
<dialog class="viewer" aria-label="Pictures">
<div class="viewer-tools"><button class="icon-button" data-act="close">Close</button>
<span class="viewer-place"></span></div>
<div class="viewer-track" tabindex="0">{
    "".join(f'<figure class="slide" id="s{it}">{PICTURE}</figure>' for it in range(PICTURES))
}</div></dialog><dialog class="sheet" id="sure">Sure?</dialog></body></html>"""
SWIPE_DOWN = """for (const [type, clientY] of [["pointerdown", 300], ["pointermove", 380], ["pointerup", 480]]) {
  const finger = { bubbles: true, pointerId: 1, pointerType: "touch", clientX: 100, clientY };
  document.querySelector(".viewer .slide").dispatchEvent(new PointerEvent(type, finger));
}"""
# As the room does it: each page pressed for is followed by a fresh button, until there are three.
PAGED = f"""{HEAD}<body><div id="rows" style="height: 400dvh"></div><div id="end"></div><script>
const button = "<button data-brings-slides>More</button>";
const more = () => {{ document.querySelector("#end").innerHTML = `<comes-near>${{button}}</comes-near>`; }};
let pressed = 0;
document.addEventListener("click", () => {{
  pressed++;
  document.querySelector("#rows").style.height = `${{400 * (pressed + 1)}}dvh`;
  if (pressed < 3) more(); else document.querySelector("#end").replaceChildren();
}});
addEventListener("load", more);</script></body></html>"""
HOME = "<!doctype html><title>Home</title>"
# The room is there before its script is, which comes with it.
EARLY = GALLERY.replace('<script src="/js/viewer.js" defer></script>', "")
PAGES = {
    "/early": lambda: EARLY,
    "/home": lambda: HOME,
    "/gallery": lambda: GALLERY,
    "/gallery/": lambda: GALLERY,
    "/paged": lambda: PAGED,
}


async def gallery(browser: Browser) -> tuple[Page, Locator]:
    """Come to the gallery from home."""
    page = await served.phone(browser, PAGES, "/home")
    await page.goto(f"{HOST}/gallery")
    return page, page.locator("dialog.viewer")


async def look_at(page: Page, number: int) -> None:
    await page.locator(".picture-cell").nth(number).click()
    await expect(page.locator(".viewer-place")).to_have_text(f"{number + 1} of {PICTURES}")


async def is_nothing_left_over(page: Page) -> None:
    """One step back from the gallery is home."""
    await page.wait_for_function("history.state?.slide === undefined")
    assert await page.evaluate("heard") == 0
    await page.go_back()
    await expect(page).to_have_url(f"{HOST}/home")


async def test_back_closes_the_viewer_and_only_then_leaves_the_gallery(browser: Browser):
    page, viewer = await gallery(browser)
    for number in (2, 4):
        await look_at(page, number)
        await page.evaluate("history.back()")
        await expect(viewer).to_be_hidden()
        await expect(page).to_have_url(f"{HOST}/gallery")
    await is_nothing_left_over(page)


@pytest.mark.parametrize("way", ["Escape", "the button", "a swipe", "the last one deleted"])
async def test_however_it_is_closed_no_step_is_left_over(browser: Browser, way: str):
    page, viewer = await gallery(browser)
    for number in (2, 4):
        await look_at(page, number)
        if way == "Escape":
            await page.keyboard.press("Escape")
        elif way == "the button":
            await page.get_by_role("button", name="Close").click()
        elif way == "a swipe":
            await page.evaluate(SWIPE_DOWN)
        else:
            await page.evaluate("document.querySelectorAll('.slide').forEach((slide) => slide.remove())")
        await expect(viewer).to_be_hidden()
        if way == "the last one deleted":
            break
    await is_nothing_left_over(page)


async def test_forward_opens_it_again_and_so_does_a_reload(browser: Browser):
    page, viewer = await gallery(browser)
    await look_at(page, 2)
    await page.evaluate("history.back()")
    await expect(viewer).to_be_hidden()
    await page.evaluate("history.forward()")
    await expect(page.locator(".viewer-place")).to_have_text(f"3 of {PICTURES}")
    await page.reload()
    await expect(page.locator(".viewer-place")).to_have_text(f"3 of {PICTURES}")
    await page.evaluate("history.back()")
    await expect(viewer).to_be_hidden()
    await is_nothing_left_over(page)


async def test_it_opens_by_the_tabs_address_and_the_address_forgets_it(browser: Browser):
    page, viewer = await gallery(browser)
    await page.evaluate("history.replaceState(history.state, '', '?open=x'); viewer.show('s5')")
    await expect(page.locator(".viewer-place")).to_have_text(f"6 of {PICTURES}")
    await expect(page).to_have_url(f"{HOST}/gallery/")
    await page.evaluate("history.back()")
    await expect(viewer).to_be_hidden()
    await is_nothing_left_over(page)


async def test_back_puts_a_question_away_too_and_shows_where_the_last_picture_hangs(browser: Browser):
    page, viewer = await gallery(browser)
    await look_at(page, 0)
    await page.evaluate("document.querySelector('.viewer-track').scrollTo({ left: 1e6, behavior: 'instant' })")
    await expect(page.locator(".viewer-place")).to_have_text(f"{PICTURES} of {PICTURES}")
    await page.evaluate("studio.open('sure')")
    await page.evaluate("history.back()")
    await expect(viewer).to_be_hidden()
    await expect(page.locator("#sure")).to_be_hidden()
    await expect(page.locator(".picture-cell").last).to_be_in_viewport()


async def test_each_page_comes_as_its_end_comes_near_and_none_before(browser: Browser) -> None:
    page = await served.phone(browser, PAGES, "/paged")
    await expect(page.get_by_role("button", name="More")).to_be_attached()
    for already in range(3):
        assert await page.evaluate("pressed") == already
        await page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
        await page.wait_for_function(f"pressed === {already + 1}")
    await expect(page.get_by_role("button", name="More")).to_have_count(0)


async def test_a_portrait_asked_for_before_the_viewer_has_come_is_shown_once_it_has(browser: Browser):
    page = await served.phone(browser, PAGES, "/early")
    assert await page.evaluate("window.viewer") is None
    await page.evaluate("""window.perform('["viewer.show", "s3"]')""")
    await page.add_script_tag(url="/js/viewer.js")
    await expect(page.locator(".viewer-place")).to_have_text(f"4 of {PICTURES}")
