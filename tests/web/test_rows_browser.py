"""Pictures in rows in a real Chromium: one height in a row, and as wide as the page, on any screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.web.ui.picture import MOST_IN_A_ROW
from tests.web.served import HEAD, phone

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

# One Chromium serves every file, so its tests share a loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

RATIOS = (0.8, 1, 0.8, 1.5, 0.667, 0.8, 0.8)
ROWS = "".join(f'<div style="--ratio: {ratio}"></div>' for ratio in RATIOS)
ROOM = f"""{HEAD}<body class="frame">
<div class="picture-rows">{ROWS}{'<i class="picture-to-come"></i>' * MOST_IN_A_ROW}</div>
</body></html>"""
PAGES = {"/rows": lambda: ROOM}


async def test_pictures_in_a_row_are_one_height_and_fill_it(browser: Browser):
    page = await phone(browser, PAGES, "/rows")
    for width in (320, 390, 844):
        await page.set_viewport_size({"width": width, "height": 844})
        rows, room = await rows_of(page)
        assert len(rows) > 1
        for row in rows:
            assert max(box["height"] for box in row) - min(box["height"] for box in row) < 0.5
        for row in rows[:-1]:
            assert row[-1]["right"] - row[0]["left"] == pytest.approx(room["width"], abs=0.5)
        assert rows[-1][-1]["right"] <= room["right"] + 0.5
        assert room["bottom"] - rows[-1][-1]["bottom"] == pytest.approx(4, abs=0.5)  # nothing stands below the last


async def test_a_last_row_that_is_not_full_holds_pictures_as_large_as_the_others(browser: Browser):
    page = await phone(browser, PAGES, "/rows")
    await page.evaluate(
        """for (const it of document.querySelectorAll(".picture-rows > div")) it.style.setProperty("--ratio", 0.8)"""
    )
    for width in (320, 390, 500, 700):
        await page.set_viewport_size({"width": width, "height": 844})
        rows, _ = await rows_of(page)
        assert 0 < len(rows[-1]) < len(rows[0])
        for box in rows[-1]:
            assert (box["width"], box["height"]) == pytest.approx((rows[0][0]["width"], rows[0][0]["height"]), abs=0.5)


async def rows_of(page: Page) -> tuple[list[list[dict[str, float]]], dict[str, float]]:
    """Return the boxes of the pictures, row by row from the top, and the box around them."""
    boxes, (room,) = await page.evaluate(
        """[".picture-rows > div", ".picture-rows"]
          .map((of) => [...document.querySelectorAll(of)].map((it) => it.getBoundingClientRect().toJSON()))"""
    )
    tops = sorted({round(box["top"]) for box in boxes})
    return [[box for box in boxes if round(box["top"]) == top] for top in tops], room
