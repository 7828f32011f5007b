"""What a link to an object does, wherever the object lies: it is opened as a browser opens it, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.adapters.buckets.conftest import ADA, BOB
from tests.opening import STUDIO, browser_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from portrait_app.adapters.buckets.links import Link
    from portrait_app.ports.bucket import Bucket, Buckets

OWNER = f"u/{ADA}"
KEY = f"{OWNER}/portraits/0d9b2c4e-8f6a-4b1d-a3c5-e7f901234567.webp"


@pytest.fixture
async def browser(buckets: Buckets) -> AsyncGenerator[httpx.AsyncClient]:
    async with browser_of(buckets) as client:
        yield client


async def test_a_link_stays_the_same_for_a_while_so_that_caches_hit(bucket: Bucket) -> None:
    links, later = await bucket.links(), await bucket.links()
    assert links.to(KEY) == later.to(KEY)
    assert links.to(KEY) != links.to(f"{OWNER}/other.jpg")
    assert links.to(KEY) != links.to(KEY, download_as="Ada, studio.webp")
    assert not set(links.to(KEY, download_as="Ada, studio.webp")) & set(' ,"<>')  # fit for a srcset


async def test_a_link_shows_a_picture_to_whoever_holds_it(bucket: Bucket, browser: httpx.AsyncClient) -> None:
    await bucket.put_bytes(KEY, b"0123456789")
    link = (await bucket.links()).to(KEY)
    reply = await browser.get(link)
    assert (reply.status_code, reply.content) == (200, b"0123456789")
    said = reply.headers
    assert (said["content-type"], said["content-disposition"].partition(";")[0]) == ("image/webp", "inline")
    assert said["cache-control"].startswith("private, max-age=")
    assert said["cache-control"].endswith(", immutable")
    assert (await browser.get(link, headers={"Range": "bytes=2-4"})).content == b"234"
    assert (await browser.get(link, headers={"If-None-Match": said["etag"]})).status_code == 304


async def test_a_download_is_saved_under_its_name_and_by_no_cache(bucket: Bucket, browser: httpx.AsyncClient) -> None:
    await bucket.put_bytes(KEY, b"x")
    reply = await browser.get((await bucket.links()).to(KEY, download_as='Zoë "1"\r\nX: y.webp'))
    how, _, name = reply.headers["content-disposition"].partition("; filename*=")
    assert (how, name.casefold()) == ("attachment", "utf-8''zo%c3%ab%20%221%22%0d%0ax%3a%20y.webp")
    assert "x" not in reply.headers
    answers = [*reply.history, reply]  # a store's begins with the way there
    assert {answer.headers["cache-control"] for answer in answers} == {"private, no-store"}


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "script.js", "nameless"])
async def test_what_is_no_picture_is_only_ever_saved(bucket: Bucket, browser: httpx.AsyncClient, name: str) -> None:
    await bucket.put_bytes(key := f"{OWNER}/{name}", b"<script>alert(1)</script>")
    said = (await browser.get((await bucket.links()).to(key))).headers
    assert said["content-type"] == "application/octet-stream"
    assert said["content-disposition"].startswith("attachment;")


async def test_a_link_that_was_altered_opens_nothing(
    bucket: Bucket, buckets: Buckets, browser: httpx.AsyncClient
) -> None:
    await bucket.put_bytes(KEY, b"Ada")
    await buckets.of(BOB).put_bytes(KEY.replace(str(ADA), str(BOB)), b"Bob")
    link = httpx.URL((await bucket.links("7")).to(KEY))
    said = dict(link.params)
    assert said.keys() == {"e", "k", "s", "t"}
    altered = [link.copy_set_param("t", "1")]  # links of no turn are of none
    altered += [link.copy_with(path=link.path.replace(str(ADA), str(BOB))), link.copy_with(query=None)]
    altered += [link.copy_remove_param(name) for name in said]
    altered += [link.copy_set_param(name, f"{value}0") for name, value in said.items()]
    altered += [link.copy_set_param(name, value[:-1]) for name, value in said.items()]
    for other in altered:
        reply = await browser.get(other)
        assert reply.status_code in (400, 403), f"{other} was answered {reply.status_code}"
        assert b"Ada" not in reply.content
        assert b"Bob" not in reply.content
    assert (await browser.get(link)).content == b"Ada"


async def test_a_link_is_for_looking_only(bucket: Bucket, browser: httpx.AsyncClient) -> None:
    await bucket.put_bytes(KEY, b"Ada")
    link = (await bucket.links()).to(KEY)
    for method in ("PUT", "POST", "DELETE"):
        assert (await browser.request(method, link, content=b"evil")).status_code in (400, 403, 405)
    assert await bucket.get(KEY) == b"Ada"


async def test_a_link_to_what_was_deleted_opens_nothing(bucket: Bucket, browser: httpx.AsyncClient) -> None:
    await bucket.put_bytes(KEY, b"Ada")
    link = (await bucket.links()).to(KEY)
    await bucket.delete(KEY)
    assert (await browser.get(link)).status_code in (403, 404)


async def test_a_link_is_short_since_a_page_holds_hundreds(bucket: Bucket) -> None:
    assert len((await bucket.links()).to(KEY)) < 250


async def test_a_link_stops_with_its_row_and_works_again_when_that_is_restored(
    bucket: Bucket, buckets: Buckets
) -> None:
    deleted: set[str] = set()

    async def is_shown(link: Link) -> bool:
        return link.key not in deleted

    await bucket.put_bytes(KEY, b"Ada")
    links = await bucket.links()
    given_before = [links.to(KEY), links.to(KEY, download_as="ada.webp")]
    async with browser_of(buckets, is_shown) as browser:
        deleted.add(KEY)
        for method in ("GET", "HEAD"):
            for link in given_before:
                answer = await browser.request(method, link)
                assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
                assert str(answer.url).startswith(STUDIO)  # it leads nowhere else
        deleted.clear()
        assert [(await browser.get(link)).content for link in given_before] == [b"Ada", b"Ada"]


async def test_a_link_can_be_asked_for_its_head_alone(bucket: Bucket, browser: httpx.AsyncClient) -> None:
    await bucket.put_bytes(KEY, b"0123456789")
    answer = await browser.head((await bucket.links()).to(KEY))
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "10", b"")
