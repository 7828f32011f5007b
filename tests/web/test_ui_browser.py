"""The furniture in a real Chromium, on a phone's screen, served from the files alone: no framework, no server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Browser, Page, expect
from starlette.templating import Jinja2Templates

from portrait_app.web.ui.picture import MOST_IN_A_ROW
from tests.web import served
from tests.web.served import HEAD, PHONE, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

# One Chromium serves every file, so its tests share a loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

RATIOS = (0.8, 1, 0.8, 1.5, 0.667, 0.8, 0.8)
ROWS = "".join(f'<div style="--ratio: {ratio}"></div>' for ratio in RATIOS)
ROOM = f"""{HEAD}<body class="frame">
<button class="button" commandfor="more" command="show-modal">More</button>
<div class="picture-rows">{ROWS}{'<i class="picture-to-come"></i>' * MOST_IN_A_ROW}</div>
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


AS_REACT_DOES = """() => {
  const slider = document.querySelector("input");
  const { get, set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
  let known = slider.value;
  Object.defineProperty(slider, "value", { get, set(value) { known = String(value); set.call(this, value); } });
  window.told = [];
  addEventListener("input", () => { if (slider.value !== known) window.told.push(slider.value); });
}"""
LOOK_ROOM = f"""{HEAD}<body><input type="range" min="0" max="360" data-look="hue">
<button class="hue-preset" data-hue="145">Fern</button>
<button class="hue-preset" data-hue="265">Ink</button></body></html>"""


def sign_up() -> str:
    form = Jinja2Templates(ROOT / "portrait_app" / "http" / "templates").env.get_template("sign_up.html")
    return form.render(values={}, errors={"email": "Not an address."}, next="")


PAGES: dict[str, Callable[[], str]] = {
    "/sign-up": sign_up,
    "/room": lambda: ROOM,
    "/titled": lambda: TITLED_ROOM,
    "/keys": lambda: KEYS_ROOM,
    "/long-room": lambda: LONG_ROOM,
    "/look": lambda: LOOK_ROOM,
}


async def phone(browser: Browser, path: str, *, look: str = "", has_script: bool = True) -> Page:
    return await served.phone(browser, PAGES, path, look=look, has_script=has_script)


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


async def test_what_was_wrong_is_said_until_it_is_typed_into(browser: Browser):
    page = await phone(browser, "/sign-up")
    await expect(page.get_by_text("Not an address.")).to_be_visible()
    await page.fill("#email", "ada@example.com")
    await expect(page.get_by_text("Not an address.")).to_have_count(0)
    assert await page.get_attribute("#email", "aria-invalid") is None


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


async def test_a_toast_writes_numbers_the_persons_own_way_but_those_in_a_name(browser: Browser):
    page = await phone(browser, "/room")
    await page.evaluate("document.documentElement.dataset.locale = 'de-DE'")
    said = {"headline": "Ada 1200 deleted", "hint": "In the Trash for 1200 days.", "kind": "plain", "name": "Ada 1200"}
    await page.evaluate("said => studio.toast(said, null)", said)
    assert await page.inner_text(".toast strong") == "Ada 1200 deleted"
    assert await page.inner_text(".toast span") == "In the Trash for 1.200 days."


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


async def test_the_chosen_colour_is_marked_however_it_was_chosen(browser: Browser):
    page = await phone(browser, "/look", look="light.145")
    chosen = page.locator('[data-hue][aria-pressed="true"]')
    await page.evaluate("document.body.append(document.createElement('worn-look'))")  # as the room has one
    await expect(chosen).to_have_text(["Fern"])
    await page.get_by_role("button", name="Ink").click()
    await expect(chosen).to_have_text(["Ink"])
    await page.get_by_role("slider").fill("30")
    await expect(chosen).to_have_count(0)
    await page.get_by_role("slider").fill("145")
    await expect(chosen).to_have_text(["Fern"])


async def test_a_colour_from_the_slider_is_told_to_the_framework(browser: Browser):
    """React looks at who writes the value, and says nothing of a change to what it believes that it wrote itself."""
    page = await phone(browser, "/look", look="light.145")
    await page.evaluate(AS_REACT_DOES)
    await page.get_by_role("slider").press("ArrowRight")
    (told,) = await page.evaluate("window.told")
    assert told == await page.get_by_role("slider").input_value()


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
