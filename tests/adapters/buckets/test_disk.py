"""What is particular to a bucket that is a folder: permissions, full disks, symlinks and what a kill leaves behind."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from portrait_app.adapters.buckets import upload
from portrait_app.adapters.buckets.disk import DiskBuckets
from portrait_app.adapters.buckets.errors import BadKey, BucketFull
from portrait_app.adapters.buckets.links import Link
from portrait_app.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from portrait_app.adapters.buckets.disk import DiskBucket

ADA = uuid4()
OWNER = f"u/{ADA}"
KEY = f"{OWNER}/portraits/a.webp"


@pytest.fixture
def buckets(tmp_path: Path) -> DiskBuckets:
    return DiskBuckets(tmp_path / "bucket", {"1": b"k" * 32})


@pytest.fixture
def bucket(buckets: DiskBuckets) -> DiskBucket:
    return buckets.of(ADA)


def everything(buckets: DiskBuckets) -> list[Path]:
    return [path for path in buckets.folder.rglob("*") if not path.is_dir()]


async def slowly(first: bytes, gate: asyncio.Event) -> AsyncIterator[bytes]:
    yield first
    await gate.wait()
    yield first


async def test_only_we_can_read_what_lies_there(bucket: DiskBucket, buckets: DiskBuckets) -> None:
    old = os.umask(0)
    try:
        await bucket.put_bytes(KEY, b"x")
    finally:
        os.umask(old)
    for path in buckets.folder.rglob("*"):
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path
    assert stat.S_IMODE(buckets.folder.stat().st_mode) == 0o700


async def test_an_object_appears_when_it_is_whole(bucket: DiskBucket, buckets: DiskBuckets) -> None:
    gate = asyncio.Event()
    putting = asyncio.create_task(bucket.put(KEY, slowly(b"x" * 100_000, gate), max_bytes=1_000_000))
    async with asyncio.timeout(5):
        while not everything(buckets):  # noqa: ASYNC110 -- a file appears
            await asyncio.sleep(0.001)
    with pytest.raises(NotFound):
        await bucket.get(KEY)
    gate.set()
    assert await putting == 200_000
    assert len(everything(buckets)) == 1


async def test_a_put_that_is_called_off_leaves_nothing(bucket: DiskBucket, buckets: DiskBuckets) -> None:
    putting = asyncio.create_task(bucket.put(KEY, slowly(b"x" * 100_000, asyncio.Event()), max_bytes=1_000_000))
    async with asyncio.timeout(5):
        while not everything(buckets):  # noqa: ASYNC110 -- a file appears
            await asyncio.sleep(0.001)
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert everything(buckets) == []


async def test_a_put_that_is_called_off_as_it_begins_leaves_nothing(bucket: DiskBucket, buckets: DiskBuckets) -> None:
    putting = asyncio.create_task(bucket.put(KEY, slowly(b"x", asyncio.Event()), max_bytes=10))
    await asyncio.sleep(0)  # its thread has been started, and nothing is awaited of it yet
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert everything(buckets) == []


async def test_what_a_killed_process_left_is_cleared_away_after_a_while(
    bucket: DiskBucket, buckets: DiskBuckets
) -> None:
    await bucket.put_bytes(KEY, b"x")
    abandoned, young = buckets.folder / ".unfinished" / "abandoned", buckets.folder / ".unfinished" / "young"
    for path in (abandoned, young):
        path.write_bytes(b"half a photo")
    long_ago = abandoned.stat().st_mtime - upload.ABANDONED_AFTER_S - 1
    os.utime(abandoned, (long_ago, long_ago))
    await buckets.discard_unfinished()
    assert (abandoned.exists(), young.exists()) == (False, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
async def test_a_full_disk_is_said_and_leaves_nothing(
    bucket: DiskBucket, buckets: DiskBuckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bucket.put_bytes(KEY, b"was there before")
    really_open = os.open

    def open_full(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & os.O_CREAT:
            really_open(path, flags, *more, **named)
            return really_open("/dev/full", os.O_WRONLY)
        return really_open(path, flags, *more, **named)

    monkeypatch.setattr(upload.os, "open", open_full)
    with pytest.raises(BucketFull) as failed:
        await bucket.put_bytes(KEY, b"x" * 100_000)
    assert failed.value.is_retryable
    assert [path.name for path in everything(buckets)] == ["a.webp"]
    assert await bucket.get(KEY) == b"was there before"


async def test_a_disk_without_room_for_a_name_is_full(bucket: DiskBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: Any, **__: Any) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr(Path, "mkdir", no_room)
    with pytest.raises(BucketFull):
        await bucket.put_bytes(KEY, b"x")


async def test_a_symlink_is_no_object(bucket: DiskBucket, buckets: DiskBuckets, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    await bucket.put_bytes(KEY, b"x")
    path = buckets.folder / KEY
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(NotFound):
        await bucket.get(KEY)
    with pytest.raises(NotFound):
        buckets.path_for(Link(KEY, 0, None))

    await bucket.put_bytes(KEY, b"ours")  # replaces the symlink, and does not write through it

    assert secret.read_bytes() == b"secret"
    assert await bucket.get(KEY) == b"ours"


async def test_a_symlink_on_the_way_is_refused(bucket: DiskBucket, buckets: DiskBuckets, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.webp").write_bytes(b"secret")
    (buckets.folder / OWNER).mkdir(parents=True)
    (buckets.folder / OWNER / "portraits").symlink_to(outside)
    for attempt in (lambda: bucket.get(KEY), lambda: bucket.put_bytes(KEY, b"x"), lambda: bucket.delete(KEY)):
        with pytest.raises(BadKey):
            await attempt()
    assert (outside / "a.webp").read_bytes() == b"secret"


async def test_what_is_no_object_is_not_listed(bucket: DiskBucket, buckets: DiskBuckets, tmp_path: Path) -> None:
    await bucket.put_bytes(KEY, b"x")
    (buckets.folder / ".unfinished" / "half").write_bytes(b"half a photo")
    (buckets.folder / OWNER / "portraits" / ".DS_Store").write_bytes(b"somebody looked in")
    (buckets.folder / OWNER / "portraits" / "link.webp").symlink_to(buckets.folder / KEY)
    (buckets.folder / OWNER / "elsewhere").symlink_to(tmp_path)
    assert [stored.key for stored in await buckets.page(most=10)] == [KEY]


async def test_a_bucket_that_was_never_used_has_nothing_to_throw_away(buckets: DiskBuckets) -> None:
    await buckets.discard_unfinished()
    assert await buckets.page(most=10) == []


async def test_a_folder_is_no_object(bucket: DiskBucket, buckets: DiskBuckets) -> None:
    await bucket.put_bytes(f"{KEY}/inside.webp", b"x")
    with pytest.raises(NotFound):
        await bucket.get(KEY)
    with pytest.raises(NotFound):
        buckets.path_for(Link(KEY, 0, None))
    with pytest.raises(NotFound):
        await bucket.get(f"{KEY}/inside.webp/deeper.webp")


async def test_no_folder_named_after_somebody_stays_when_nothing_of_theirs_lies_there(
    bucket: DiskBucket, buckets: DiskBuckets
) -> None:
    other = f"{OWNER}/selfies/a.jpg"
    for key in (KEY, other):
        await bucket.put_bytes(key, b"x")
    await bucket.delete(KEY)
    assert [path.name for path in (buckets.folder / OWNER).iterdir()] == ["selfies"]
    await bucket.delete(other)
    assert list((buckets.folder / "u").iterdir()) == []
    (buckets.folder / OWNER / "exports").mkdir(parents=True)  # of before, when folders stayed
    await buckets.discard_unfinished()
    assert list((buckets.folder / "u").iterdir()) == []


async def test_what_is_on_its_way_arrives_although_the_folder_was_taken_away_meanwhile(
    bucket: DiskBucket, buckets: DiskBuckets
) -> None:
    gate, other = asyncio.Event(), f"{OWNER}/portraits/b.webp"
    await bucket.put_bytes(other, b"x")
    coming = asyncio.create_task(bucket.put(KEY, slowly(b"photo", gate), max_bytes=99))
    await asyncio.sleep(0)  # it has begun; it arrives wherever it stands
    await bucket.delete(other)
    await buckets.discard_unfinished()
    gate.set()
    await coming
    assert await bucket.get(KEY) == b"photophoto"


async def test_many_that_come_and_go_in_one_folder_do_not_disturb_each_other(bucket: DiskBucket) -> None:
    async def come_and_go(number: int) -> None:
        key = f"{OWNER}/portraits/{number}.webp"
        for _ in range(20):
            await bucket.put_bytes(key, b"x")
            assert await bucket.get(key) == b"x"
            await bucket.delete(key)

    await asyncio.gather(*(come_and_go(number) for number in range(6)))
