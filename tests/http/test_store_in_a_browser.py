"""Pictures and films out of a store, in a real browser under our own policy: shown, looked for again, and played on."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from portrait_app.adapters.buckets.s3 import S3Buckets
from portrait_app.adapters.buckets.s3 import links as addresses
from portrait_app.darkroom.motion_film import Film
from portrait_app.http.headers import CareHeaders
from portrait_app.http.media import media_routes
from portrait_app.http.policy import policy
from tests.http import doors
from tests.s3 import BUCKET
from tests.stores import Passage
from tests.web.served import ASSETS, HEAD

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from playwright.async_api import Page

    from portrait_app.adapters.buckets.links import Link
    from tests.s3 import StoreServer

# One Chromium serves the whole file, so its tests share a loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ADA = UUID("7f3c0d5e-2b1a-4c68-9e0f-5a1d2c3b4e5f")
PICTURE, OTHER, FILM = (f"u/{ADA}/portraits/{name}" for name in ("a.webp", "b.webp", "c.mp4"))
# What a room does when it is asked to: it gives its pictures fresh links.
LOOKS_AGAIN = """addEventListener("click", ({ target }) => {
  if (!target.matches("[data-refreshes]")) return;
  for (const it of document.querySelectorAll("img[data-fresh]")) it.src = it.dataset.fresh;
  for (const it of document.querySelectorAll(".slide")) it.dataset.download = it.dataset.fresh;
});"""
SAID = "Pictures can't be shown just now."


@dataclass
class Studio:
    """A page with pictures and a film that lie in the store, reached by a passage that can be shut."""

    buckets: S3Buckets
    passage: Passage
    folder: Path
    gone: set[str] = field(default_factory=set)
    shown: str = ""

    async def is_shown(self, link: Link) -> bool:
        return link.key not in self.gone

    def page(self) -> str:
        banner = f'<div class="banners"><div class="banner" data-when="no-pictures">{SAID}</div></div>'
        return f'{HEAD}<body>{banner}{self.shown}<button hidden data-refreshes="yes">Again</button></body></html>'

    async def link(self, key: str, *, download_as: str | None = None) -> str:
        return (await self.buckets.of(ADA).links()).to(key, download_as=download_as)

    @asynccontextmanager
    async def open(self, browser: Browser, asked: list[str]) -> AsyncGenerator[Page]:
        """Serve the page under the studio's own policy, and look at it; `asked` takes what it asks for."""
        said = {"content-security-policy": policy(self.folder, pictures=[self.buckets.store.settings.origin])}
        routes = [
            Route("/", lambda _: HTMLResponse(self.page())),
            *media_routes(lambda: self.buckets, self.is_shown),
            Mount("/", StaticFiles(directory=ASSETS)),
        ]
        app = Starlette(routes=routes, middleware=[Middleware(CareHeaders, more=lambda: said)])
        with doors.listening() as port:
            async with doors.serving(app, port):
                page = await browser.new_page()
                await page.clock.install()
                await page.add_init_script(LOOKS_AGAIN)
                page.on("request", lambda request: asked.append(request.url))
                await page.goto(f"http://127.0.0.1:{port.getsockname()[1]}/")
                yield page
                await page.close()


@pytest.fixture
def film(tmp_path: Path) -> bytes:
    """Three seconds."""
    rate = Fraction(20)
    with Film(tmp_path / "film.mp4", (64, 80), rate, 60) as made:
        for frame in range(60):
            made.add(np.full((80, 64, 3), frame * 4, np.uint8))
    return (tmp_path / "film.mp4").read_bytes()


@pytest_asyncio.fixture(loop_scope="session")
async def studio(s3_server: StoreServer, tmp_path: Path, film: bytes) -> AsyncGenerator[Studio]:
    """A studio whose store browsers reach by a passage of its own, so that it can be away for them alone."""
    direct = httpx.URL(s3_server.settings.endpoint)
    passage = Passage(direct.port or 0)
    await passage.open()
    reached_at = f"http://127.0.0.1:{passage.port}"
    buckets = S3Buckets(replace(s3_server.settings, public_endpoint=reached_at), {"1": b"k" * 32})
    webp = (ASSETS / "showcase" / "noir.webp").read_bytes()
    for key, data in ((PICTURE, webp), (OTHER, webp), (FILM, film)):
        await buckets.of(ADA).put_bytes(key, data)
    yield Studio(buckets, passage, tmp_path)
    await passage.shut()
    s3_server.empty()


async def has_arrived(page: Page, count: int) -> None:
    await expect(page.locator("img[data-arrived=load]")).to_have_count(count)


async def test_the_policy_lets_in_what_our_store_sends_and_the_store_is_not_told_who_asks(
    studio: Studio, s3_server: StoreServer, browser: Browser
) -> None:
    rule = {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "AllowedHeaders": ["*"]}
    s3_server.client.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})
    studio.shown = f'<img src="{await studio.link(PICTURE)}"><video src="{await studio.link(FILM)}" muted></video>'
    save = await studio.link(OTHER, download_as="ada.webp")
    async with studio.open(browser, []) as page:
        await has_arrived(page, 1)
        await expect(page.locator("video")).to_have_js_property("readyState", 4)
        assert await page.evaluate("async (it) => (await (await fetch(it)).blob()).size", save) > 1000
        blocked = """(src) => new Promise((said) => {
          addEventListener("securitypolicyviolation", (it) => said(it.effectiveDirective));
          document.body.append(Object.assign(new Image(), { src }));
        })"""
        assert await page.evaluate(blocked, f"{s3_server.settings.endpoint}/x.webp") == "img-src"
    heads = [head for head in studio.passage.heard.split("\r\n\r\n") if head.startswith("GET")]
    assert len({head.split("?")[0] for head in heads}) == 3
    assert not [head for head in heads if "\nreferer" in head.lower() or "\ncookie" in head.lower()]


async def test_while_the_store_is_away_it_is_said_and_pictures_come_by_themselves_when_it_is_back(
    studio: Studio, browser: Browser
) -> None:
    for key in (PICTURE, OTHER):
        studio.shown += f'<img src="{await studio.link(key)}" loading="lazy">'
    await studio.passage.shut()
    async with studio.open(browser, []) as page:
        await expect(page.get_by_text(SAID)).to_be_visible()
        await studio.passage.open()
        await page.clock.fast_forward(30_000)
        await has_arrived(page, 2)
        await page.clock.fast_forward(30_000)
        await expect(page.get_by_text(SAID)).to_be_hidden()


async def test_a_link_that_is_too_old_has_the_room_look_again_and_a_picture_that_is_gone_is_not_asked_for_again(
    studio: Studio, browser: Browser
) -> None:
    studio.gone.add(OTHER)
    old = (await studio.link(PICTURE)).replace("e=", "e=1")
    studio.shown = f'<img src="{await studio.link(OTHER)}"><img src="{old}" data-fresh="{await studio.link(PICTURE)}">'
    asked: list[str] = []
    async with studio.open(browser, asked) as page:
        await has_arrived(page, 1)
        await page.clock.fast_forward(60_000)
        await expect(page.get_by_text(SAID)).to_be_hidden()
    assert len([url for url in asked if OTHER in url]) == 2  # once for the page, and once to know why


async def test_what_is_saved_after_an_hour_is_saved_by_a_fresh_link(studio: Studio, browser: Browser) -> None:
    fresh = await studio.link(PICTURE, download_as="ada.webp")
    slide = f'<figure class="slide" data-name="ada.webp" data-fresh="{fresh}" data-download="{fresh[:-1]}"></figure>'
    stage = f'<button data-act="save">Save</button><div class="viewer-track">{slide}</div>'
    studio.shown = f'<dialog class="viewer" open>{stage}</dialog>'
    async with studio.open(browser, []) as page:
        async with page.expect_download() as saving:
            await page.get_by_role("button", name="Save").click()
        saved = await saving.value
        assert saved.suggested_filename == "ada.webp"
        assert (await saved.path()).read_bytes() == (ASSETS / "showcase" / "noir.webp").read_bytes()


async def test_a_film_plays_on_from_where_it_was_after_the_address_it_came_from_has_died(
    studio: Studio, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "WINDOW", timedelta(seconds=1))
    studio.shown = f'<video src="{await studio.link(FILM)}" muted preload="metadata"></video>'
    async with studio.open(browser, []) as page:
        film = page.locator("video")
        await film.evaluate("(it) => { it.currentTime = 1; }")
        await expect(film).to_have_js_property("seeking", False)
        dead = _addresses(studio.passage)
        await asyncio.sleep(2.1)  # the store's clock is its own
        await page.clock.fast_forward(241_000)
        await film.evaluate("(it) => it.play()")
        await film.evaluate("(it) => new Promise((played) => it.addEventListener('ended', played))")
        assert await film.evaluate("(it) => [it.error, it.played.start(0) >= 1]") == [None, True]
    assert _addresses(studio.passage) > dead


def _addresses(passage: Passage) -> set[str]:
    """What it was asked for, as it was signed."""
    return {line.split()[1] for line in passage.heard.splitlines() if line.startswith("GET ")}
