"""The upload script in a real Chromium, between a page that is only a tray and a server that obeys the test."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from tests import photos

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from playwright.async_api import Browser, FilePayload, Page, Route

# One Chromium serves every file, so its tests share a loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HOST = "http://studio.test"
JS = Path(__file__).parents[2] / "assets" / "js"
TRAY = f'<div id="upload-tray" data-draft="d1" data-most="6" data-max-bytes="{2**20}"></div>'
ROOM = f"""<!doctype html><html lang="en"><head><script src="/early.js"></script>
<script src="/upload.js" defer></script></head><body>
<div id="room"></div><div id="page">{TRAY}</div>
<input type="file" multiple data-picks-photos="yes"><p id="upload-words"></p>
<button data-starts="yes" onclick="this.textContent = 'started'">Start</button></body></html>"""


class Server:
    """Takes uploads and answers each when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Route] = []
        self.names: list[str] = []
        self._news = asyncio.Event()

    async def serve(self, route: Route) -> None:
        address = route.request.url.removeprefix(HOST)
        if address == "/room":
            await route.fulfill(body=ROOM, content_type="text/html; charset=utf-8")
        elif address in ("/early.js", "/upload.js"):
            await route.fulfill(body=(JS / address[1:]).read_bytes(), content_type="text/javascript")
        else:
            self.names.append(address.removeprefix("/api/selfies?name="))
            self.waiting.append(route)
            self._news.set()

    async def has(self, count: int) -> None:
        """Wait until this many uploads wait for their answer."""
        while len(self.waiting) < count:
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), 10)

    async def takes(self, selfie_id: str) -> None:
        await self.waiting.pop(0).fulfill(status=201, json={"id": selfie_id})

    async def says(self, status: int, headline: str, hint: str = "") -> None:
        await self.waiting.pop(0).fulfill(status=status, json={"headline": headline, "hint": hint})

    async def is_cut_off(self) -> None:
        await self.waiting.pop(0).abort("connectionreset")


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> Server:
    return Server()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, server: Server) -> AsyncGenerator[Page]:
    context = await browser.new_context()
    opened = await context.new_page()
    await opened.route(f"{HOST}/**", server.serve)
    await opened.goto(f"{HOST}/room")
    yield opened
    await context.close()


def photo(name: str, data: bytes = b"pixels", kind: str = "image/jpeg") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": data}


async def choose(page: Page, *files: FilePayload) -> None:
    await page.set_input_files("[data-picks-photos]", list(files))


async def until(page: Page, holds: str) -> None:
    await page.wait_for_function(holds, timeout=10_000)


async def show(page: Page, selfie_id: str, state: str = "examining") -> None:
    """Let the room show a photo, as it does when news of it arrive."""
    await page.evaluate(
        """([id, state]) => document.getElementById("room").insertAdjacentHTML(
             "beforeend", `<div data-selfie-id="${id}" data-state="${state}"></div>`)""",
        [selfie_id, state],
    )


async def states(page: Page) -> list[str]:
    return await page.evaluate("[...document.querySelectorAll('#upload-tray .photo')].map((it) => it.dataset.state)")


async def test_how_many_are_on_the_way_is_written_the_persons_own_way(page: Page, server: Server) -> None:
    await page.evaluate("document.documentElement.dataset.locale = 'ar-EG'")
    await choose(page, *(photo(f"{number}.jpg") for number in range(5)), photo("big.jpg", b"0" * (2**20 + 1)))
    await server.has(3)
    assert await page.inner_text("#upload-words") == "\N{ARABIC-INDIC DIGIT FIVE} photos on the way"
    assert await page.inner_text(".photo-reason > span") == (
        "This photo has \N{ARABIC-INDIC DIGIT TWO} MB; \N{ARABIC-INDIC DIGIT ONE} MB is the most."
    )


async def test_three_go_up_at_a_time_and_the_next_follows(page: Page, server: Server) -> None:
    await choose(page, *(photo(f"{number}.jpg") for number in range(5)))
    await server.has(3)
    assert await states(page) == ["sending"] * 3 + ["waiting"] * 2
    assert await page.inner_text("#upload-words") == "5 photos on the way"
    await server.takes("a")
    await server.has(3)
    assert sorted(server.names[:3]) == ["0.jpg", "1.jpg", "2.jpg"]  # the three of them in any order
    assert server.names[3:] == ["3.jpg"]


async def test_what_comes_before_the_question_is_answered_waits_for_the_answer(page: Page, server: Server) -> None:
    await page.evaluate(
        """() => document.body.insertAdjacentHTML(
             "beforeend", '<section data-asks-first="yes"><p id="held-photos"></p></section>')"""
    )
    await choose(page, photo("first.jpg"))
    await choose(page, photo("second.jpg"), photo("third.jpg"))
    assert await page.inner_text("#held-photos") == "3 photos will be added once you have answered."
    assert (await states(page), server.names) == ([], [])
    await page.evaluate("document.querySelector('[data-asks-first]').remove()")
    await server.has(3)
    assert sorted(server.names) == ["first.jpg", "second.jpg", "third.jpg"]


async def test_a_tile_stays_until_the_room_shows_the_photo_and_lends_it_its_picture(page: Page, server: Server) -> None:
    await choose(page, photo("me.png", photos.photo("astronaut.png").read_bytes(), "image/png"))
    await server.has(1)
    await until(page, "document.querySelector('#upload-tray [data-previewed]')")
    await server.takes("a1")
    await until(page, "document.querySelector('#upload-tray [data-state=landed]')")
    await show(page, "a1")
    await until(page, "!document.querySelector('#upload-tray .photo')")
    lent: Any = await page.evaluate("document.querySelector('[data-selfie-id]').style.getPropertyValue('--preview')")
    assert lent.startswith('url("blob:')


async def test_a_photo_that_was_cut_off_is_sent_again_when_asked(page: Page, server: Server) -> None:
    await choose(page, photo("me.jpg"))
    await server.has(1)
    await server.is_cut_off()
    await page.click("[data-retries]")
    await server.has(1)
    assert server.names == ["me.jpg", "me.jpg"]
    assert await states(page) == ["sending"]


async def test_while_the_store_is_away_a_photo_says_that_it_waits_and_is_sent_again_by_itself(
    page: Page, server: Server
) -> None:
    await page.clock.install()
    await choose(page, photo("me.jpg"))
    await server.has(1)
    await server.says(503, "Your pictures can't be reached just now", "They are safe.")
    await until(page, "document.querySelector('#upload-tray [data-state=interrupted]')")
    assert await page.inner_text("#upload-tray .photo-hint") == "Waits to be saved"
    await page.clock.fast_forward(15_000)
    await server.has(1)
    assert server.names == ["me.jpg", "me.jpg"]
    await server.takes("a")
    await until(page, "document.querySelector('#upload-tray [data-state=landed]')")


async def test_a_refusal_stays_by_name_until_dismissed_and_the_others_go_on(page: Page, server: Server) -> None:
    await choose(page, photo("one.jpg"), photo("two.jpg"))
    await server.has(2)
    await server.says(413, "That file is too large", "It may be up to 25 MB.")
    await server.takes("b")
    await show(page, "b")
    await until(page, "document.querySelectorAll('#upload-tray .photo').length === 1")
    said = page.locator("#upload-tray .photo-reason > *")
    assert await said.all_inner_texts() == ["one.jpg", "That file is too large. It may be up to 25 MB."]
    await page.click("[data-dismisses]")
    assert await states(page) == []


async def test_photos_that_the_room_has_refused_take_no_place(page: Page, server: Server) -> None:
    for number in range(4):
        await show(page, f"r{number}", "refused")
    await choose(page, *(photo(f"{number}.jpg") for number in range(6)))
    await server.has(3)
    assert await states(page) == ["sending"] * 3 + ["waiting"] * 3


async def test_what_needs_no_server_to_be_refused_is_never_sent(page: Page, server: Server) -> None:
    await choose(
        page, photo("notes.pdf", kind="application/pdf"), photo("huge.jpg", bytes(2**20 + 1)), photo("none.jpg", b"")
    )
    assert await states(page) == ["refused"] * 3
    assert server.names == []
    said = await page.inner_text("#upload-tray")
    assert all(name in said for name in ("notes.pdf", "huge.jpg", "none.jpg"))


async def test_what_is_beyond_the_most_is_left_out_in_one_sentence(page: Page, server: Server) -> None:
    await choose(page, *(photo(f"{number}.jpg") for number in range(8)))
    assert (await states(page)).count("refused") == 1
    assert "6.jpg and 1 more" in await page.inner_text("#upload-tray [data-state=refused]")


async def test_uploads_go_on_while_another_room_is_looked_at(page: Page, server: Server) -> None:
    await choose(page, photo("me.jpg"), photo("you.jpg"))
    await server.has(2)
    await page.evaluate("document.getElementById('page').innerHTML = 'another room'")
    await server.takes("a")
    await page.evaluate(f"document.getElementById('page').innerHTML = `{TRAY}`")
    await until(page, "document.querySelector('#upload-tray [data-state=landed]')")
    assert sorted(await states(page)) == ["landed", "sending"]  # the two of them went up in any order


async def test_nothing_is_started_while_photos_are_on_their_way(page: Page, server: Server) -> None:
    await choose(page, photo("me.jpg"))
    await server.has(1)
    await page.click("[data-starts]")
    assert await page.inner_text("[data-starts]") == "Start"
    await server.takes("a")
    await until(page, "!document.documentElement.dataset.uploading")
    await page.click("[data-starts]")
    assert await page.inner_text("[data-starts]") == "started"


async def test_refusals_of_photos_that_are_being_learned_by_now_are_forgotten(page: Page, server: Server) -> None:
    await choose(page, photo("notes.pdf", kind="application/pdf"))
    await page.evaluate("document.getElementById('upload-tray').dataset.draft = 'd2'")
    await show(page, "any news")
    await until(page, "!document.querySelector('#upload-tray .photo')")
