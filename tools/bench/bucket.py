"""How long a picture takes into a bucket, out of it, and until a page of links to it is made: a folder and a store."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from portrait_app.adapters.buckets.disk import DiskBuckets
from portrait_app.adapters.buckets.s3 import S3Buckets
from tests import s3
from tools.bench.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from portrait_app.ports.bucket import Buckets
    from tools.bench.sitting import Sitting

PICTURE = os.urandom(250_000)  # a portrait of 1024 px, about
RUNS, PEOPLE = 100, 20
LINKS = 240  # what a gallery page of 30 portraits has: three thumbnails, twice, the original and its download


async def measure(_: Sitting) -> list[Figure]:
    """Put, get and link one after another; the store runs on this machine, without TLS between."""
    with tempfile.TemporaryDirectory(prefix="bench-bucket-") as scratch, s3.server() as server:
        folder, store = Path(scratch), S3Buckets(server.settings, {"1": b"k" * 32})
        disk = DiskBuckets(folder / "bucket", {"1": b"k" * 32})
        return [
            *await _figures("folder", disk, _by_hand(folder), "an open file, synced"),
            *await _figures("store", store, _by_botocore(server.client), "botocore alone"),
            await _credential(store),
        ]


async def _figures(name: str, buckets: Buckets, bare: Callable[[], tuple[float, float]], beside: str) -> list[Figure]:
    owner = uuid4()
    bucket, keys = buckets.of(owner), [f"u/{owner}/portraits/{number}.webp" for number in range(RUNS)]
    await bucket.put_bytes(f"u/{owner}/first.webp", b"")  # folders, connections and credentials are there
    puts = [await _timed(lambda key=key: bucket.put_bytes(key, PICTURE)) for key in keys]
    gets = [await _timed(lambda key=key: bucket.get(key)) for key in keys]
    bare_put, bare_get = await asyncio.to_thread(bare)
    links = [await _timed(lambda: _page(buckets, owner)) for _ in range(RUNS)]
    return [
        Figure.of_runs(f"{name}: put 250 KB", puts, "ms", against=bare_put, beside=beside),
        Figure.of_runs(f"{name}: get 250 KB", gets, "ms", against=bare_get, beside=beside),
        Figure.of_runs(f"{name}: {LINKS} links", links, "ms"),
    ]


async def _page(buckets: Buckets, owner: Any) -> None:
    links = await buckets.of(owner).links()
    for number in range(LINKS):
        links.to(f"u/{owner}/portraits/{number}.webp")


async def _credential(store: S3Buckets) -> Figure:
    """What a person's first event costs that shows a picture, and one in each half hour after it."""
    asked = [await _timed(lambda: store.passes.of(uuid4())) for _ in range(PEOPLE)]
    return Figure.of_runs("store: a person's credential", asked, "ms")


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


def _by_hand(folder: Path) -> Callable[[], tuple[float, float]]:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(PICTURE)
            file.flush()
            os.fsync(file.fileno())

    paths = [folder / str(number) for number in range(RUNS)]
    return lambda: (_median(write, paths), _median(Path.read_bytes, paths))


def _by_botocore(client: Any) -> Callable[[], tuple[float, float]]:
    def put(key: str) -> None:
        client.put_object(Bucket=s3.BUCKET, Key=key, Body=PICTURE)

    def get(key: str) -> None:
        client.get_object(Bucket=s3.BUCKET, Key=key)["Body"].read()

    keys = [f"bare/{number}" for number in range(RUNS)]
    return lambda: (_median(put, keys), _median(get, keys))


def _median(work: Callable[[Any], object], places: list[Any]) -> float:
    """The median of doing it at each place, in ms."""
    taken: list[float] = []
    for place in places:
        began = time.perf_counter()
        work(place)
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)[len(taken) // 2]
