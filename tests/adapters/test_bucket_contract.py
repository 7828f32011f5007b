"""What every bucket does, whatever it is made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from portrait_app.adapters.buckets.disk import DiskBuckets
from portrait_app.adapters.buckets.errors import BadKey, NotTheirs, ObjectTooLarge
from portrait_app.errors import NotFound
from portrait_app.http.media import media_routes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from pathlib import Path

    from portrait_app.ports.bucket import Bucket, Buckets

ADA, BOB = UUID("7f3c0d5e-2b1a-4c68-9e0f-5a1d2c3b4e5f"), UUID("0a3c0d5e-2b1a-4c68-9e0f-5a1d2c3b4e5f")
OWNER = f"u/{ADA}"
KEY = f"{OWNER}/portraits/0d9b2c4e-8f6a-4b1d-a3c5-e7f901234567.webp"


@pytest.fixture(params=["disk", "s3"])
def buckets(request: pytest.FixtureRequest, tmp_path: Path) -> Buckets:
    if request.param == "s3":
        return request.getfixturevalue("s3_buckets")
    return DiskBuckets(tmp_path / "bucket", {"1": b"k" * 32})


@pytest.fixture
def bucket(buckets: Buckets) -> Bucket:
    return buckets.of(ADA)


@pytest.fixture
async def browser(buckets: Buckets) -> AsyncGenerator[httpx.AsyncClient]:
    """Somebody who holds a link and nothing else."""
    if isinstance(buckets, DiskBuckets):
        transport = httpx.ASGITransport(Starlette(routes=[*media_routes(lambda: buckets)]))
        async with httpx.AsyncClient(transport=transport, base_url="http://studio.test") as client:
            yield client
    else:
        async with httpx.AsyncClient(trust_env=False) as client:
            yield client


async def chunks(*parts: bytes, then: BaseException | None = None) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
    if then is not None:
        raise then


async def test_what_was_put_is_got(bucket: Bucket) -> None:
    assert await bucket.put(KEY, chunks(b"one, ", b"", b"two"), max_bytes=8) == 8
    assert await bucket.get(KEY) == b"one, two"
    await bucket.put_bytes(KEY, b"three")
    assert await bucket.get(KEY) == b"three"


async def test_nothing_is_an_object_too(bucket: Bucket) -> None:
    assert await bucket.put(KEY, chunks(), max_bytes=0) == 0
    assert await bucket.get(KEY) == b""


async def test_what_is_too_large_is_not_kept(bucket: Bucket) -> None:
    with pytest.raises(ObjectTooLarge) as failed:
        await bucket.put(KEY, chunks(b"12345678", b"9"), max_bytes=8)
    assert failed.value.hint
    with pytest.raises(NotFound):
        await bucket.get(KEY)


async def test_what_breaks_off_is_not_kept_and_what_was_there_stays(bucket: Bucket) -> None:
    with pytest.raises(ConnectionResetError):
        await bucket.put(KEY, chunks(b"half", then=ConnectionResetError()), max_bytes=100)
    with pytest.raises(NotFound):
        await bucket.get(KEY)
    await bucket.put_bytes(KEY, b"whole")
    with pytest.raises(ConnectionResetError):
        await bucket.put(KEY, chunks(b"half", then=ConnectionResetError()), max_bytes=100)
    assert await bucket.get(KEY) == b"whole"


async def test_what_was_deleted_is_gone_and_can_be_deleted_again(bucket: Bucket) -> None:
    other = f"{OWNER}/other.jpg"
    await bucket.put_bytes(KEY, b"1")
    await bucket.put_bytes(other, b"2")
    await bucket.delete(KEY, other)
    await bucket.delete(KEY, f"{OWNER}/never/there.jpg")
    for key in (KEY, other):
        with pytest.raises(NotFound):
            await bucket.get(key)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a.png",
        "u/ada/a.png",
        f"/{OWNER}/a.png",
        OWNER,
        f"{OWNER}/",
        f"{OWNER}/../a.png",
        f"{OWNER}/..",
        f"{OWNER}/./a.png",
        f"{OWNER}/.hidden",
        f"{OWNER}//a.png",
        f"{OWNER}/a b.png",
        f"{OWNER}/a\0.png",
        f"{OWNER}/a.png\n",
        f"{OWNER}/é.png",
        f"{OWNER}/a\\b.png",
        f"{OWNER.upper()}/a.png",
        f"{OWNER}/{'x' * 101}",
        f"{OWNER}/a/b/c/d/e",
    ],
)
async def test_only_plain_names_under_an_owner_are_keys(bucket: Bucket, key: str) -> None:
    await refuses(bucket, key, BadKey)


async def test_nobody_reaches_what_is_somebody_elses(buckets: Buckets) -> None:
    await buckets.of(BOB).put_bytes(key := f"u/{BOB}/selfies/a.jpg", b"Bob")
    await refuses(buckets.of(ADA), key, NotTheirs)
    assert await buckets.of(BOB).get(key) == b"Bob"
    assert await buckets.of(ADA).page(most=9) == []


async def test_one_key_of_anothers_among_ones_own_stops_them_all(buckets: Buckets, bucket: Bucket) -> None:
    await bucket.put_bytes(KEY, b"Ada")
    with pytest.raises(NotTheirs):
        await bucket.delete(KEY, f"u/{BOB}/selfies/a.jpg")
    assert await bucket.get(KEY) == b"Ada"


async def refuses(bucket: Bucket, key: str, error: type[Exception]) -> None:
    links = await bucket.links()
    for attempt in (
        lambda: bucket.put(key, chunks(b"x"), max_bytes=9),
        lambda: bucket.put_bytes(key, b"x"),
        lambda: bucket.get(key),
        lambda: bucket.delete(key),
    ):
        with pytest.raises(error):
            await attempt()
    with pytest.raises(error):
        links.to(key)


NAMES = ("a", "a-b/c", "a.jpg", "b/c", "b/c-320.webp", "b/c.jpg", "b-c", "B")


async def test_everybodys_objects_are_listed_a_page_at_a_time_each_once(buckets: Buckets) -> None:
    keys = [f"u/{owner}/{name}" for owner in (ADA, BOB) for name in NAMES]
    for owner in (ADA, BOB):
        for name in NAMES:
            await buckets.of(owner).put_bytes(f"u/{owner}/{name}", b"x")
    listed: list[str] = []
    while page := await buckets.page(after=listed[-1] if listed else "", most=3):
        assert len(page) <= 3
        listed += [stored.key for stored in page]
    assert sorted(listed) == sorted(keys)


async def test_a_persons_objects_are_listed_likewise_and_no_others(buckets: Buckets, bucket: Bucket) -> None:
    for name in NAMES:
        await bucket.put_bytes(f"{OWNER}/{name}", b"x")
    for other in (BOB, UUID(int=ADA.int + 1)):
        await buckets.of(other).put_bytes(f"u/{other}/a", b"x")
    first = await bucket.page(most=3)
    rest = await bucket.page(after=first[-1].key, most=99)
    assert sorted(stored.key for stored in (*first, *rest)) == sorted(f"{OWNER}/{name}" for name in NAMES)
    assert await bucket.page(after=rest[-1].key, most=99) == []


async def test_a_listed_object_says_when_it_was_written(bucket: Bucket) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)  # a file system's clock ticks coarsely
    await bucket.put_bytes(KEY, b"x")
    (stored,) = await bucket.page(most=10)
    assert before <= stored.written_at.astimezone(UTC) <= datetime.now(UTC) + timedelta(seconds=1)


async def test_a_store_that_takes_objects_says_so_and_keeps_nothing_of_it(buckets: Buckets) -> None:
    await buckets.check()
    assert await buckets.page(most=10) == []


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


async def test_a_download_is_saved_under_its_name(bucket: Bucket, browser: httpx.AsyncClient) -> None:
    await bucket.put_bytes(KEY, b"x")
    reply = await browser.get((await bucket.links()).to(KEY, download_as='Zoë "1"\r\nX: y.webp'))
    how, _, name = reply.headers["content-disposition"].partition("; filename*=")
    assert (how, name.casefold()) == ("attachment", "utf-8''zo%c3%ab%20%221%22%0d%0ax%3a%20y.webp")
    assert "x" not in reply.headers


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
    link = httpx.URL((await bucket.links()).to(KEY))
    said = dict(link.params)
    altered = [link.copy_with(path=link.path.replace(str(ADA), str(BOB))), link.copy_with(query=None)]
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
