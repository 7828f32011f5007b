"""What every bucket does, whatever it is made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from portrait_app.adapters.buckets.errors import BadKey, NotTheirs, ObjectTooLarge
from portrait_app.errors import NotFound
from tests.adapters.buckets.conftest import ADA, BOB

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from portrait_app.ports.bucket import Bucket, Buckets

OWNER = f"u/{ADA}"
KEY = f"{OWNER}/portraits/0d9b2c4e-8f6a-4b1d-a3c5-e7f901234567.webp"


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
