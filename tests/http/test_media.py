"""Pictures over HTTP, by signed links alone."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette

from portrait_app.adapters.buckets.disk import DiskBuckets
from portrait_app.http.media import media_routes
from tests.opening import always

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from portrait_app.adapters.buckets.disk import DiskBucket
    from portrait_app.adapters.buckets.links import Link, OwnLinks

ADA = uuid4()
OWNER = f"u/{ADA}"
PICTURE = f"{OWNER}/portraits/a.webp"
PAGE = f"{OWNER}/page.html"


@pytest.fixture
async def buckets(tmp_path: Path) -> DiskBuckets:
    return DiskBuckets(tmp_path / "bucket", {"1": b"k" * 32})


@pytest.fixture
async def bucket(buckets: DiskBuckets) -> DiskBucket:
    bucket = buckets.of(ADA)
    await bucket.put_bytes(PICTURE, b"0123456789" * 10_000)
    await bucket.put_bytes(PAGE, b"<script>alert(1)</script>")
    return bucket


@pytest.fixture
async def links(bucket: DiskBucket) -> OwnLinks:
    return await bucket.links()


@pytest.fixture
async def browser(buckets: DiskBuckets) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=[*media_routes(lambda: buckets, always)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://studio.test") as client:
        yield client


async def test_a_link_shows_the_picture_and_lets_it_be_kept(browser: httpx.AsyncClient, links: OwnLinks) -> None:
    link, before = links.to(PICTURE), int(time.time())
    reply = await browser.get(link)
    assert (reply.status_code, reply.content) == (200, b"0123456789" * 10_000)
    assert reply.headers["content-type"] == "image/webp"
    assert reply.headers["content-disposition"].startswith("inline")
    kept = re.fullmatch(r"private, max-age=(\d+), immutable", reply.headers["cache-control"])
    assert kept
    ends_at = int(httpx.URL(link).params["e"])
    assert ends_at - int(time.time()) <= int(kept[1]) <= ends_at - before  # as long as the link works, and no longer
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in reply.headers["content-security-policy"]
    assert reply.headers["cross-origin-resource-policy"] == "same-origin"
    assert reply.headers["referrer-policy"] == "no-referrer"


async def test_head_tells_the_same_without_the_picture(browser: httpx.AsyncClient, links: OwnLinks) -> None:
    reply = await browser.head(links.to(PICTURE))
    assert (reply.status_code, reply.content, reply.headers["content-length"]) == (200, b"", "100000")


async def test_a_part_can_be_asked_for(browser: httpx.AsyncClient, links: OwnLinks) -> None:
    reply = await browser.get(links.to(PICTURE), headers={"Range": "bytes=2-4"})
    assert (reply.status_code, reply.content) == (206, b"234")
    assert reply.headers["content-range"] == "bytes 2-4/100000"
    beyond = await browser.get(links.to(PICTURE), headers={"Range": "bytes=100000-"})
    assert beyond.status_code == 416


async def test_who_has_it_already_is_told_so(browser: httpx.AsyncClient, links: OwnLinks, bucket: DiskBucket) -> None:
    etag = (await browser.get(links.to(PICTURE))).headers["etag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        reply = await browser.get(links.to(PICTURE), headers={"If-None-Match": known})
        assert (reply.status_code, reply.content) == (304, b"")
        assert reply.headers["etag"] == etag
        assert "max-age" in reply.headers["cache-control"]
    await bucket.put_bytes(PICTURE, b"another")
    assert (await browser.get(links.to(PICTURE), headers={"If-None-Match": etag})).content == b"another"


async def test_a_download_is_saved_under_its_name(browser: httpx.AsyncClient, links: OwnLinks) -> None:
    reply = await browser.get(links.to(PICTURE, download_as='Zoë "1"\r\nX: y.webp'))
    assert reply.headers["content-disposition"].startswith("attachment; filename*=utf-8''Zo%C3%AB%20%221%22%0D%0A")
    assert "x" not in reply.headers


async def test_what_is_no_picture_is_only_ever_saved(browser: httpx.AsyncClient, links: OwnLinks) -> None:
    reply = await browser.get(links.to(PAGE))
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["content-disposition"].startswith("attachment")


async def test_every_tampering_is_refused_alike(browser: httpx.AsyncClient, links: OwnLinks) -> None:
    link = links.to(PICTURE)
    refused = {
        "no signature": link.partition("?")[0],
        "expiry stretched": re.sub(r"e=\d+", "e=9999999999", link),
        "expired": re.sub(r"e=\d+", "e=1", link),
        "another object": link.replace("portraits/a.webp", "page.html"),
        "another person's": link.replace(OWNER, f"u/{uuid4()}"),
        "made a download": f"{link}&d=a.webp",
        "unknown key": link.replace("k=1", "k=2"),
        "signature cut": link[:-1],
        "out of the folder": link.replace("portraits/a.webp", "%2e%2e/%2e%2e/secret"),
        "out by dots": link.replace("/media/", "/media/../"),
    }
    answers = {name: await browser.get(url) for name, url in refused.items()}
    assert {name: reply.status_code for name, reply in answers.items()} == dict.fromkeys(refused, 403) | {
        "out by dots": 404
    }
    assert len({reply.text for reply in answers.values() if reply.status_code == 403}) == 1
    assert all(reply.headers["cache-control"] == "no-store" for reply in answers.values() if reply.status_code == 403)


async def test_a_picture_that_was_deleted_is_not_found(
    browser: httpx.AsyncClient, links: OwnLinks, bucket: DiskBucket
) -> None:
    link = links.to(PICTURE)
    await bucket.delete(PICTURE)
    reply = await browser.get(link)
    assert reply.status_code == 404
    assert reply.headers["cache-control"] == "no-store"


async def test_a_symlink_is_not_followed(
    browser: httpx.AsyncClient, links: OwnLinks, buckets: DiskBuckets, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret")
    path = buckets.folder / PICTURE
    path.unlink()
    path.symlink_to(tmp_path / "secret")
    assert (await browser.get(links.to(PICTURE))).status_code == 404


async def test_a_link_is_for_looking_only(browser: httpx.AsyncClient, links: OwnLinks) -> None:
    for method in ("PUT", "POST", "DELETE"):
        assert (await browser.request(method, links.to(PICTURE))).status_code == 405


async def test_while_the_database_is_away_a_picture_is_said_to_be_safe(buckets: DiskBuckets, links: OwnLinks) -> None:
    async def nobody_answers(_: Link) -> bool:
        raise OperationalError("SELECT", {}, ConnectionRefusedError())

    transport = httpx.ASGITransport(Starlette(routes=[*media_routes(lambda: buckets, nobody_answers)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://studio.test") as client:
        reply = await client.get(links.to(PICTURE))
    assert (reply.status_code, reply.headers["cache-control"]) == (503, "no-store")
    assert "It is safe" in reply.text
