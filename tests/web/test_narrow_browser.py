"""The smallest phones, and letters of twice the size: nothing makes a page wider than the screen."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Browser, ViewportSize
from starlette.templating import Jinja2Templates

from tests.web import served
from tests.web.served import HEAD, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

# One Chromium serves every file, so its tests share a loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

BUTTON = '<button class="button" data-width="full">Make 8 portraits</button>'
LINK = '<a class="button">Make portraits</a>'
STYLE = '<label class="choice"><span>Golden hour</span></label>'
MODEL = f"""<div class="card"><div class="model-head"><span class="model-cover"></span>
<div class="model-words"><h3 class="card-title">Uncle Featherstonehaugh</h3>
<span class="status">Learning the shape of your face</span></div></div>
<div class="model-progress"><label class="progress"><progress></progress><span>22% · about 28 min left</span></label>
<button class="button" data-kind="plain">Stop…</button></div>
<div class="model-foot"><button class="button" data-kind="plain">Delete…</button>{LINK}</div></div>"""
COMING = """<div class="coming-line"><span class="status" data-kind="busy">3 portraits wait for the portrait engine,
about 25 min</span><button class="button" data-kind="plain">Stop…</button></div>"""
TEACH = """<div class="teach"><p class="teach-lead">4 selfies are enough to learn your face; 12 are best.</p>
<label class="button">Choose photos</label></div>"""
CREATE = f"""<div class="create-form"><section class="create-choice">
<div class="create-choice-head"><h2 class="card-title">Style</h2>
<span class="soft small">A painted backdrop.</span></div>
<div class="create-styles"><div class="choices">{STYLE * 9}</div></div></section><div class="action-bar create-action">
<div class="stepper"><button class="icon-button"></button><output>8</output><button class="icon-button"></button></div>
{BUTTON}</div></div>"""
NAME = "Wolfeschlegelsteinhausenbergerdorff" * 2  # 70 letters and no place to break at: a name may have 80
NAMED = f"""<div class="sheet-body"><p>{NAME} can't come in.</p></div><div class="toasts"><div class="toast">
<div><strong>{NAME} deleted</strong></div><button>Undo</button></div></div>"""
BAR = f"""<header class="top-bar"><div><a class="text-link">You</a></div><div class="top-bar-title">Hello, {NAME}</div>
<div><button class="icon-button"></button></div></header>"""
TABS = ("Home", "Train", "Create", "Gallery", "You")
ROOM = f"""{HEAD}<body class="frame">{BAR}<main class="page"><h1 class="large-title">Photographs</h1>
<div class="home-head"><h2 class="section-title">Newest portraits</h2>{COMING}</div>
<div class="train-room"><section class="stack">{MODEL}</section><section class="draft">{TEACH}</section></div>
<div class="gallery-filters"><span class="gallery-filter"><select><option>All styles</option></select></span>
<button class="button" data-kind="plain">Select</button></div>
<div class="two-columns">{CREATE}</div>
<div class="create-choice-head"><h2 class="card-title">Latest</h2>{COMING}</div>
<div class="segments"><label><input type="radio" class="unseen">Light</label></div>
<span class="setting-menu"><select><option>As last time</option></select></span><p><a class="text-link">Sign in</a></p>
<div class="sheet-head"><h2 class="sheet-title">Delete {NAME}?</h2><button class="icon-button"></button></div>{NAMED}
<section class="you"><div class="you-who"><button class="you-picture"><span class="you-initial">A</span></button>
<div class="you-words"><strong class="card-title">Alexandra Featherstonehaugh</strong></div>
<button class="icon-button"></button></div><div class="actions">{BUTTON * 3}</div>
<div class="hue-presets">{'<button class="hue-preset"></button>' * 7}</div></section></main>
<nav class="tab-bar">{"".join(f'<a class="tab"><span>{it}</span></a>' for it in TABS)}</nav></body></html>"""


def form(name: str) -> Callable[[], str]:
    template = Jinja2Templates(ROOT / "portrait_app" / "http" / "templates").env.get_template(name)
    ways = [("/auth/with/oidc", "The University of Somewhere"), ("/auth/with/github", "GitHub")]
    errors = {"form": "Please sign in once more.", "email": "This doesn't look like an e-mail address."}
    return lambda: template.render(values={}, errors=errors, next="", ways=ways)


PAGES = {"/room": lambda: ROOM, "/sign-up": form("sign_up.html"), "/sign-in": form("sign_in.html")}


@pytest.mark.parametrize("path", sorted(PAGES))
@pytest.mark.parametrize(("width", "letters"), [(320, "100%"), (320, "200%"), (390, "200%")])
async def test_no_page_is_wider_than_the_screen(browser: Browser, path: str, width: int, letters: str):
    page = await served.phone(browser, PAGES, path)
    await page.set_viewport_size(ViewportSize(width=width, height=640))
    await page.evaluate("letters => { document.documentElement.style.fontSize = letters; }", letters)
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    ends = "its => its.map((it) => it.getBoundingClientRect().right)"
    assert all(end <= width for end in await page.locator(".toast > *").evaluate_all(ends))  # it widens no page


@pytest.mark.parametrize("width", [320, 390])
async def test_the_tabs_stand_beside_each_other_also_with_letters_of_twice_the_size(browser: Browser, width: int):
    page = await served.phone(browser, PAGES, "/room")
    await page.set_viewport_size(ViewportSize(width=width, height=640))
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    edges = await page.evaluate(
        "[...document.querySelectorAll('.tab > span')].map((it) => it.getBoundingClientRect())"
        ".map(({ left, right }) => [left, right])"
    )
    assert all(right < following for (_, right), (following, _) in itertools.pairwise(edges))
    assert edges[0][0] >= 0
    assert edges[-1][1] <= width


@pytest.mark.parametrize("width", [320, 390])
async def test_what_is_on_its_way_stands_below_its_heading_with_the_way_to_stop_it_beside(browser: Browser, width: int):
    page = await served.phone(browser, PAGES, "/room")
    await page.set_viewport_size(ViewportSize(width=width, height=640))
    for line in await page.locator(".coming-line").all():
        parts = (line.locator("xpath=../h2"), line.locator("span"), line.locator("button"))
        heading, words, stop = [await part.bounding_box() for part in parts]
        assert heading
        assert words
        assert stop
        assert words["y"] >= heading["y"] + heading["height"] or words["x"] >= heading["x"] + heading["width"]
        assert stop["x"] >= words["x"] + words["width"]


@pytest.mark.parametrize(
    "part",
    [".segments > label", ".setting-menu > select", ".text-link", ".coming-line > .button", ".sheet-head > button"],
)
async def test_what_is_pressed_is_as_high_as_a_thumb_needs(browser: Browser, part: str):
    page = await served.phone(browser, PAGES, "/room")
    heights = await page.locator(part).evaluate_all("parts => parts.map((it) => it.getBoundingClientRect().height)")
    assert heights
    assert min(heights) >= 44


async def test_ones_name_is_no_column_of_letters_with_letters_of_twice_the_size(browser: Browser):
    page = await served.phone(browser, PAGES, "/room")
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    box = await page.locator(".you-who > .you-words").bounding_box()
    assert box
    assert box["width"] > 200
