"""What is put into a store comes in parts: whole or not at all, and nothing is left of what broke off."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from portrait_app.adapters.buckets.errors import ObjectTooLarge
from portrait_app.adapters.buckets.s3 import S3Buckets, buckets
from portrait_app.adapters.buckets.s3.upload import PART_BYTES
from portrait_app.domain.clock import now

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.s3 import StoreServer

ADA = uuid4()
MINE = f"u/{ADA}/portraits/a.webp"
MB = 1024 * 1024


async def chunks(size: int, *, step: int = MB) -> AsyncIterator[bytes]:
    for begin in range(0, size, step):
        yield bytes([begin // step % 251]) * min(step, size - begin)


async def test_a_large_object_goes_in_parts_and_comes_back_whole(s3_buckets: S3Buckets, s3_server: StoreServer) -> None:
    size = 2 * PART_BYTES + 12345
    assert await s3_buckets.of(ADA).put(MINE, chunks(size), max_bytes=size) == size
    assert await s3_buckets.of(ADA).get(MINE) == b"".join([chunk async for chunk in chunks(size)])
    assert s3_server.unfinished() == []
    assert s3_server.client.head_object(Bucket="pictures", Key=MINE)["ContentType"] == "image/webp"


async def test_what_turns_out_too_large_leaves_no_part(s3_buckets: S3Buckets, s3_server: StoreServer) -> None:
    with pytest.raises(ObjectTooLarge):
        await s3_buckets.of(ADA).put(MINE, chunks(PART_BYTES + 2 * MB), max_bytes=PART_BYTES + MB)
    assert (s3_server.keys(), s3_server.unfinished()) == ([], [])


@pytest.mark.parametrize("size", [0, MB, PART_BYTES + MB], ids=["nothing", "a little", "a part"])
async def test_a_put_that_is_called_off_leaves_nothing(
    s3_buckets: S3Buckets, s3_server: StoreServer, size: int
) -> None:
    reading = asyncio.Event()

    async def coming() -> AsyncIterator[bytes]:
        yield b"x" * size
        reading.set()
        await asyncio.Event().wait()

    putting = asyncio.create_task(s3_buckets.of(ADA).put(MINE, coming(), max_bytes=99 * MB))
    await reading.wait()
    assert len(s3_server.unfinished()) == (size > PART_BYTES)
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert (s3_server.keys(), s3_server.unfinished()) == ([], [])


@pytest.mark.parametrize("size", [MB, PART_BYTES + MB], ids=["whole", "in parts"])
async def test_a_put_that_is_called_off_as_it_ends_leaves_nothing(
    s3_buckets: S3Buckets, s3_server: StoreServer, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending = asyncio.Event()
    loop, finish = asyncio.get_running_loop(), buckets.Upload.finish

    def told(upload: buckets.Upload) -> None:
        loop.call_soon_threadsafe(ending.set)
        finish(upload)

    monkeypatch.setattr(buckets.Upload, "finish", told)
    putting = asyncio.create_task(s3_buckets.of(ADA).put(MINE, chunks(size), max_bytes=size))
    await ending.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert (s3_server.keys(), s3_server.unfinished()) == ([], [])


async def test_what_a_killed_process_left_is_thrown_away_after_an_hour(
    s3_buckets: S3Buckets, s3_server: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = s3_server.client.create_multipart_upload(Bucket="pictures", Key=MINE)
    place = {"Bucket": "pictures", "Key": MINE, "UploadId": begun["UploadId"], "PartNumber": 1}
    s3_server.client.upload_part(**place, Body=b"half a photo")
    await s3_buckets.discard_unfinished()
    assert s3_server.unfinished() == [MINE]
    monkeypatch.setattr(s3_buckets, "_clock", lambda: now() + timedelta(hours=1, minutes=1))
    await s3_buckets.discard_unfinished()
    assert s3_server.unfinished() == []
