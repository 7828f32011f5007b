"""Pages for a real Chromium, served from the files alone: no framework, no server."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from playwright.async_api import ViewportSize

from portrait_app.web import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.async_api import Browser, Page, Route

HOST = "http://studio.test"
ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "assets"
PHONE = ViewportSize(width=390, height=844)

SHEETS = "".join(f'<link rel="stylesheet" href="/{sheet}">' for sheet in theme.STYLESHEETS)
HEAD = f"""<!doctype html><html lang="en"><head><script src="/js/early.js"></script>
<meta name="viewport" content="width=device-width, initial-scale=1">{SHEETS}
<script src="/js/furniture.js" defer></script><script src="/js/arriving.js" defer></script>
<script src="/js/viewer.js" defer></script></head>"""


async def phone(
    browser: Browser, pages: Mapping[str, Callable[[], str]], path: str, *, look: str = "", has_script: bool = True
) -> Page:
    """Open a page on a phone's screen; `pages` are what the studio would answer, by path, beside its files."""
    context = await browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, java_script_enabled=has_script)
    if look:
        await context.add_cookies([{"name": "look", "value": look, "url": HOST}])
    return await _opened(await context.new_page(), pages, path)


async def desk(
    browser: Browser,
    pages: Mapping[str, Callable[[], str]],
    path: str,
    *,
    size: ViewportSize,
    scheme: Literal["light", "dark"],
) -> Page:
    """Open a page on a wide screen."""
    return await _opened(await browser.new_page(viewport=size, color_scheme=scheme), pages, path)


async def _opened(page: Page, pages: Mapping[str, Callable[[], str]], path: str) -> Page:
    async def serve(route: Route) -> None:
        asked = route.request.url.removeprefix(HOST).split("?")[0]
        if asked in pages:
            await route.fulfill(body=pages[asked](), content_type="text/html; charset=utf-8")
        elif (file := ASSETS / asked.lstrip("/")).is_file():
            await route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain")
        else:
            await route.fulfill(status=404)

    await page.route(f"{HOST}/**", serve)
    await page.goto(f"{HOST}{path}")
    return page
