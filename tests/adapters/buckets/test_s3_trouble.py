"""A store that is down, full, slow or set up wrong: said in words, and nobody else is held up."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import pytest

from portrait_app.adapters.buckets.errors import BucketDown, BucketFull, StoreRefused
from portrait_app.adapters.buckets.links import LinkSigner
from portrait_app.adapters.buckets.s3 import S3Buckets, buckets
from portrait_app.adapters.buckets.s3.passes import Passes
from portrait_app.adapters.buckets.s3.upload import PART_BYTES
from portrait_app.errors import NotFound, PortraitError
from tests.opening import browser_of
from tests.stores import answering, silent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from portrait_app.adapters.buckets.s3.passes import Pass

ADA = uuid4()
MINE = f"u/{ADA}/portraits/a.webp"
MB = 1024 * 1024
KEYS = {"1": b"k" * 32}


async def chunks(size: int, *, step: int = MB) -> AsyncIterator[bytes]:
    for begin in range(0, size, step):
        yield bytes([begin // step % 251]) * min(step, size - begin)


async def test_what_may_not_be_read_and_is_not_there_is_missing(s3_buckets: S3Buckets) -> None:
    """AWS says "access denied" of a key that isn't there to whoever may list only a part of the bucket."""
    await s3_buckets.of(ADA).put_bytes(MINE, b"Ada")
    blind = Passes(s3_buckets.store)
    listing = {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::pictures"]}
    holder = await s3_buckets.store.do(lambda: blind.issue("blind", {"Version": "2012-10-17", "Statement": [listing]}))
    unseeing = holding(s3_buckets.store, holder)
    with pytest.raises(StoreRefused):
        await unseeing.get(MINE)
    with pytest.raises(NotFound):
        await unseeing.get(f"u/{ADA}/portraits/never.webp")


def holding(store: buckets.Store, holder: Pass) -> buckets.S3Bucket:
    """Ada's bucket in a store that needs not be asked for her credential."""
    return buckets.S3Bucket(store, cast("Passes", Always(holder)), LinkSigner(KEYS, "/media"), ADA)


class Always:
    """Passes that are one pass."""

    def __init__(self, holder: Pass) -> None:
        self._holder = holder

    async def of(self, _: object) -> Pass:
        return self._holder


async def everything(ada: buckets.S3Bucket) -> list[PortraitError]:
    """Try every verb; return what each raised."""
    raised: list[PortraitError] = []
    for attempt in (
        ada.put(MINE, chunks(9), max_bytes=9),
        ada.put(MINE, chunks(PART_BYTES + MB), max_bytes=PART_BYTES + MB),
        ada.put_bytes(MINE, b"x"),
        ada.get(MINE),
        ada.delete(MINE),
        ada.page(most=9),
    ):
        with pytest.raises(PortraitError) as failed:
            await attempt
        raised.append(failed.value)
    return raised


async def test_a_store_that_is_down_is_said_in_words(s3_buckets: S3Buckets) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        down = S3Buckets(replace(s3_buckets.store.settings, endpoint=nowhere), KEYS)
        holder = await s3_buckets.passes.of(ADA)
        for verb in (lambda: down.addresses(ADA), down.check, down.discard_unfinished, lambda: down.page(most=9)):
            with pytest.raises(BucketDown):  # it gives no credentials
                await verb()
        raised = await everything(holding(down.store, holder))
    assert {type(error) for error in raised} == {BucketDown}
    assert all("safe" in error.hint and error.is_retryable for error in raised)
    assert not any(holder.secret in f"{error}{error.__cause__}" for error in raised)


async def test_a_key_that_the_store_does_not_know_is_refused_in_words(s3_buckets: S3Buckets) -> None:
    wrong = S3Buckets(replace(s3_buckets.store.settings, key_id="NOBODY"), KEYS)
    with pytest.raises(StoreRefused):
        await wrong.check()


async def test_a_full_store_is_said_and_so_is_one_that_fails(s3_buckets: S3Buckets) -> None:
    holder = await s3_buckets.passes.of(ADA)
    for code, status, meant in (("QuotaExceeded", 403, BucketFull), ("SlowDown", 503, BucketDown)):
        async with answering(status, code) as endpoint:
            ada = holding(buckets.Store(replace(s3_buckets.store.settings, endpoint=endpoint)), holder)
            with pytest.raises(meant):
                await ada.put(MINE, chunks(9), max_bytes=9)
            with pytest.raises(meant):
                await ada.put_bytes(MINE, b"x")


async def test_a_store_that_keeps_one_waiting_holds_up_nobody_else(s3_buckets: S3Buckets) -> None:
    holder = await s3_buckets.passes.of(ADA)
    async with silent() as (endpoint, heard):
        ada = holding(buckets.Store(replace(s3_buckets.store.settings, endpoint=endpoint)), holder)
        waiting = [asyncio.create_task(ada.get(MINE)) for _ in range(4)]
        async with asyncio.timeout(20):
            await heard.wait()  # the loop turns while threads wait
            assert await asyncio.to_thread(lambda: "free") == "free"
        assert not any(task.done() for task in waiting)
    for task in waiting:
        with pytest.raises(BucketDown):
            await task


async def test_while_the_store_is_down_a_link_says_that_its_picture_is_safe(s3_buckets: S3Buckets) -> None:
    async with answering(503, "SlowDown") as endpoint:
        down = S3Buckets(replace(s3_buckets.store.settings, endpoint=endpoint), KEYS)
        async with browser_of(down) as browser:
            answer = await browser.get((await down.of(ADA).links()).to(MINE))
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
    assert "They are safe" in answer.text
