"""The furniture in a real Chromium, on a phone's screen, served from the files alone: no framework, no server."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, ViewportSize, async_playwright, expect
from starlette.templating import Jinja2Templates

from portrait_app.web import theme
from tools.chromium import provide

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

# One Chromium serves the whole file, so its tests share a loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HOST = "http://studio.test"
ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "assets"
PHONE = ViewportSize(width=390, height=844)

SHEETS = "".join(f'<link rel="stylesheet" href="/{sheet}">' for sheet in theme.STYLESHEETS)
RATIOS = (0.8, 1, 0.8, 1.5, 0.667, 0.8, 0.8)
ROOM = f"""<!doctype html><html lang="en"><head><script src="/js/early.js"></script>
<meta name="viewport" content="width=device-width, initial-scale=1">{SHEETS}
<script src="/js/furniture.js" defer></script></head><body class="frame">
<button class="button" commandfor="more" command="show-modal">More</button>
<div class="picture-rows">{"".join(f'<div style="--ratio: {ratio}"></div>' for ratio in RATIOS)}</div>
<nav class="tab-bar"></nav><div class="toasts" role="status" popover="manual"></div>
<dialog class="sheet" id="more" closedby="any"><div class="sheet-head"><h2>More</h2></div></dialog>
</body></html>"""

# More than a screen of things to press, and the room's one action docked above the tabs.
LONG_ROOM = ROOM.replace(
    '<nav class="tab-bar">',
    f"""<main class="page"><div>{'<p><button class="button thing">Use anyway</button></p>' * 30}
<div class="action-bar"><button class="button">Learn this face</button></div></div></main><nav class="tab-bar">""",
)
TITLED_ROOM = ROOM.replace(
    '<nav class="tab-bar">',
    '<main class="page"><h1 class="large-title">Train</h1><div id="much" style="height: 200dvh"></div></main>'
    '<nav class="tab-bar">',
)
KEYS_ROOM = ROOM.replace('id="more"', 'id="shortcuts"').replace("</nav>", "</nav><input>")
COVERED = """() => [...document.querySelectorAll('.thing')].filter((thing) => {
  thing.focus({ focusVisible: true });
  return thing.getBoundingClientRect().bottom > document.querySelector('.action-bar').getBoundingClientRect().top;
}).length"""


@pytest.fixture(scope="module")
def chromium() -> Path:
    return provide()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path) -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield running
        await running.close()


async def phone(browser: Browser, path: str, *, look: str = "", has_script: bool = True) -> Page:
    context = await browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, java_script_enabled=has_script)
    if look:
        await context.add_cookies([{"name": "look", "value": look, "url": HOST}])
    page = await context.new_page()
    await page.route(f"{HOST}/**", serve)
    await page.goto(f"{HOST}{path}")
    return page


async def serve(route: Route) -> None:
    path = route.request.url.removeprefix(HOST).split("?")[0]
    if path == "/sign-up":
        form = Jinja2Templates(ROOT / "portrait_app" / "http" / "templates").env.get_template("sign_up.html")
        await route.fulfill(
            body=form.render(values={}, errors={"email": "Not an address."}, next=""), content_type="text/html"
        )
    elif path in ("/room", "/titled", "/keys", "/long-room"):
        body = {"/room": ROOM, "/titled": TITLED_ROOM, "/keys": KEYS_ROOM}.get(path, LONG_ROOM)
        await route.fulfill(body=body, content_type="text/html; charset=utf-8")
    elif (file := ASSETS / path.lstrip("/")).is_file():
        await route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain")
    else:
        await route.fulfill(status=404)


@pytest.mark.parametrize(
    ("cookie", "theme_worn", "hue"),
    [
        ("dark.150", "dark", "150"),
        ("light.0", "light", "0"),
        ("dark.999", None, "265"),
        ("red.5", None, "265"),
        ("", None, "265"),
    ],
)
async def test_the_chosen_look_is_worn_and_a_broken_one_is_not(
    browser: Browser, cookie: str, theme_worn: str | None, hue: str
):
    page = await phone(browser, "/sign-up", look=cookie)
    assert await page.evaluate("document.documentElement.dataset.theme ?? null") == theme_worn
    assert (await page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--hue')")).strip() == hue


async def test_day_and_night_differ_and_a_choice_beats_the_device(browser: Browser):
    paper = "getComputedStyle(document.body).backgroundColor"
    page = await phone(browser, "/sign-up")
    day = await page.evaluate(paper)
    await page.emulate_media(color_scheme="dark")
    night = await page.evaluate(paper)
    assert day != night
    chosen = await phone(browser, "/sign-up", look="light.265")
    await chosen.emulate_media(color_scheme="dark")
    assert await chosen.evaluate(paper) == day


async def test_a_thumb_can_hit_everything_and_ios_does_not_zoom(browser: Browser):
    page = await phone(browser, "/sign-up")
    sizes = await page.evaluate(
        "[...document.querySelectorAll('.input, .button, .input-toggle, .brand')]"
        ".filter(e => e.checkVisibility()).map(e => [e.className, e.getBoundingClientRect().height])"
    )
    assert [name for name, height in sizes if height < 48] == []
    assert (
        await page.evaluate(
            "Math.min(...[...document.querySelectorAll('.input')].map(e => parseFloat(getComputedStyle(e).fontSize)))"
        )
        >= 16
    )
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


async def test_a_password_can_be_looked_at_where_there_is_script(browser: Browser):
    page = await phone(browser, "/sign-up")
    await page.fill("#password", "correct horse")
    await page.get_by_role("button", name="Show password").click()
    assert await page.get_attribute("#password", "type") == "text"
    plain = await phone(browser, "/sign-up", has_script=False)
    assert not await plain.is_visible(".input-toggle")
    assert await plain.is_visible("text=Create account")


async def test_a_sheet_rises_and_goes_by_escape_or_a_tap_beside_it_and_hides_the_tabs(browser: Browser):
    page = await phone(browser, "/room")
    for leave in (lambda: page.keyboard.press("Escape"), lambda: page.touchscreen.tap(195, 40)):
        await page.get_by_role("button", name="More").click()
        await page.wait_for_function("document.querySelector('.tab-bar').getBoundingClientRect().top >= innerHeight")
        await leave()
        await page.wait_for_function("!document.querySelector('dialog').open")


async def test_a_toast_can_be_undone_once(browser: Browser):
    page = await phone(browser, "/room")
    await page.evaluate(
        "perform(JSON.stringify(['studio.toast', { headline: 'Deleted <b>', undo: 'Undo' }, [{ name: 'restore' }]]),"
        "  (events) => { self.undone = (self.undone ?? '') + events[0].name; })"
    )
    assert await page.text_content(".toast strong") == "Deleted <b>"
    await page.get_by_role("button", name="Undo").click()
    await page.wait_for_selector(".toast", state="detached")
    assert await page.evaluate("self.undone") == "restore"


async def test_pictures_in_a_row_are_one_height_and_fill_it(browser: Browser):
    page = await phone(browser, "/room")
    boxes = await page.evaluate(
        "[...document.querySelectorAll('.picture-rows > *')].map(e => e.getBoundingClientRect().toJSON())"
    )
    rows = {top: [box for box in boxes if round(box["top"]) == top] for top in {round(box["top"]) for box in boxes}}
    assert len(rows) > 1
    for top, row in rows.items():
        assert max(box["height"] for box in row) - min(box["height"] for box in row) < 0.5
        if top != max(rows):
            assert row[-1]["right"] - row[0]["left"] == pytest.approx(
                await page.evaluate("document.querySelector('.picture-rows').clientWidth"), abs=0.5
            )


async def test_nothing_one_comes_to_is_hidden_behind_the_bar_and_words_in_passing_stand_above_it(
    browser: Browser,
) -> None:
    page = await phone(browser, "/long-room")
    await page.emulate_media(reduced_motion="reduce")
    assert await page.evaluate(COVERED) == 0
    await page.evaluate("studio.toast({headline: 'Refused', hint: '', kind: 'plain', undo: ''}, null)")
    await page.evaluate("Promise.all(document.querySelector('.toast').getAnimations().map((one) => one.finished))")
    toast, bar = await page.locator(".toast").bounding_box(), await page.locator(".action-bar").bounding_box()
    assert toast is not None
    assert bar is not None
    assert toast["y"] + toast["height"] <= bar["y"]


async def test_a_room_that_becomes_short_has_its_title_back(browser: Browser) -> None:
    page = await phone(browser, "/titled")
    await page.evaluate("document.querySelector('.picture-rows').remove()")
    await page.evaluate("scrollTo(0, 400)")
    opacity = "() => +getComputedStyle(document.querySelector('.large-title')).opacity"
    await page.wait_for_function(f"{opacity} === 0")
    await page.evaluate("document.querySelector('#much').remove()")
    await page.wait_for_function(f"{opacity} > 0.9")


async def test_a_question_mark_shows_the_keys_unless_one_is_typing(browser: Browser) -> None:
    page = await phone(browser, "/keys")
    await page.locator("input").press("?")
    await expect(page.locator("#shortcuts")).to_be_hidden()
    await page.locator("button").first.focus()
    await page.keyboard.press("?")
    await expect(page.locator("#shortcuts")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#shortcuts")).to_be_hidden()
