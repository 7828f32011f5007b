"""What every bucket does, whatever it is made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.adapters.buckets.errors import BadKey, ObjectTooLarge
from portrait_app.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from portrait_app.ports.bucket import Bucket

OWNER = "u/7f3c0d5e-2b1a-4c68-9e0f-5a1d2c3b4e5f"
KEY = f"{OWNER}/portraits/0d9b2c4e-8f6a-4b1d-a3c5-e7f901234567.webp"
IMPLEMENTATIONS: dict[str, Callable[[Path], Bucket]] = {
    "disk": lambda folder: DiskBucket(folder / "bucket", {"1": b"k" * 32}),
}


@pytest.fixture(params=IMPLEMENTATIONS)
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    return IMPLEMENTATIONS[request.param](tmp_path)


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
    for attempt in (
        lambda: bucket.put(key, chunks(b"x"), max_bytes=9),
        lambda: bucket.put_bytes(key, b"x"),
        lambda: bucket.get(key),
        lambda: bucket.delete(key),
    ):
        with pytest.raises(BadKey):
            await attempt()
    with pytest.raises(BadKey):
        bucket.link(key)


async def test_objects_are_listed_in_the_order_of_their_keys_a_page_at_a_time(bucket: Bucket) -> None:
    other = OWNER.replace("7f", "0a")
    names = ("a", "a-b/c", "a.jpg", "b/c", "b/c-320.webp", "b/c.jpg", "b-c", "B")
    keys = sorted(f"{owner}/{name}" for owner in (OWNER, other) for name in names)
    for key in keys:
        await bucket.put_bytes(key, b"x")
    listed: list[str] = []
    while page := await bucket.page("u/", after=listed[-1] if listed else "", most=3):
        assert len(page) <= 3
        listed += [stored.key for stored in page]
    assert listed == keys


@pytest.mark.parametrize("prefix", [f"{OWNER}/", f"{OWNER}/por", KEY, f"{KEY}x"], ids=["owner", "part", "key", "none"])
async def test_only_what_begins_with_the_prefix_is_listed(bucket: Bucket, prefix: str) -> None:
    keys = [KEY, f"{OWNER}/other.jpg", f"{OWNER.replace('7f', '0a')}/portraits/a.jpg"]
    for key in keys:
        await bucket.put_bytes(key, b"x")
    found = [stored.key for stored in await bucket.page(prefix, most=10)]
    assert found == sorted(key for key in keys if key.startswith(prefix))


async def test_a_listed_object_says_when_it_was_written(bucket: Bucket) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)  # a file system's clock ticks coarsely
    await bucket.put_bytes(KEY, b"x")
    (stored,) = await bucket.page("u/", most=10)
    assert before <= stored.written_at <= datetime.now(UTC) + timedelta(seconds=1)


async def test_a_link_stays_the_same_for_a_while_so_that_caches_hit(bucket: Bucket) -> None:
    assert bucket.link(KEY) == bucket.link(KEY)
    assert bucket.link(KEY) != bucket.link(f"{OWNER}/other.jpg")
    assert bucket.link(KEY) != bucket.link(KEY, download_as="Ada, studio.webp")
    assert not set(bucket.link(KEY, download_as="Ada, studio.webp")) & set(' ,"<>')  # fit for a srcset
