"""How long a link to a picture takes, with its row asked and without: a folder sends the picture, a store leads on."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, cast

import httpx
import psycopg
from starlette.applications import Starlette

from portrait_app.adapters.buckets.disk import DiskBuckets
from portrait_app.adapters.buckets.s3 import S3Buckets
from portrait_app.database.session import Database
from portrait_app.http.media import media_routes
from portrait_app.services import showing
from portrait_app.services.work import Desk
from tests import s3
from tools.bench.figure import Figure
from tools.bench.walls import filled

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.ports.bucket import Buckets
    from tools.bench.sitting import Sitting

THUMBNAIL = os.urandom(20_000)  # of 320 px, about
RUNS, WARM_UP = 300, 30
BESIDE = "its row not asked"


async def measure(sitting: Sitting) -> list[Figure]:
    """Open one link again and again, as a browser without a cache would, by our own route: no network, no proxy."""
    keys = {"1": b"k" * 32}
    with filled(sitting) as (address, owner_id), s3.server() as server:
        with psycopg.connect(address.conninfo()) as admin:
            found = admin.execute("SELECT id FROM app.assets WHERE owner_id = %s LIMIT 1", [owner_id]).fetchone()
        assert found is not None
        database = Database(address)
        figures = [
            await _figure(f"{name}: a link {answered}", buckets, database, owner_id, found[0])
            for name, answered, buckets in (
                ("folder", "that sends 20 KB", DiskBuckets(sitting.scratch / "links", keys)),
                ("store", "that leads on", S3Buckets(server.settings, keys)),
            )
        ]
        await database.close()
        return figures


async def _figure(name: str, buckets: Buckets, database: Database, owner_id: UUID, asset_id: UUID) -> Figure:
    bucket, key = buckets.of(owner_id), f"u/{owner_id}/portraits/{asset_id}.webp"
    await bucket.put_bytes(key, THUMBNAIL)
    link = (await bucket.links()).to(key)
    desk = Desk(database, buckets, cast("Any", None))  # nothing is put off here
    asking = Starlette(routes=media_routes(lambda: buckets, lambda asked: showing.is_shown(desk, asked)))
    bare = Starlette(routes=media_routes(lambda: buckets, _always))
    took: tuple[list[float], list[float]] = ([], [])
    async with _browser(asking) as ours, _browser(bare) as beside:
        for _ in range(WARM_UP + RUNS):
            for times, browser in zip(took, (ours, beside), strict=True):
                began = time.perf_counter()
                assert (await browser.get(link)).status_code in (200, 302)
                times.append((time.perf_counter() - began) * 1000)
    without = sorted(took[1][WARM_UP:])[RUNS // 2]
    return Figure.of_runs(name, took[0][WARM_UP:], "ms", against=without, beside=BESIDE)


async def _always(_asked: object) -> bool:
    return True


def _browser(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench.test")
