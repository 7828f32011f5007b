"""A house on a fresh database, with an engine and a queue that remember what was asked of them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from portrait_app.adapters.buckets.disk import DiskBuckets
from portrait_app.database.session import Database
from portrait_app.services.work import Desk
from tests.builders import House
from tests.fakes import FakeEngine, FakeQueue

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from portrait_app.database.address import Address


@asynccontextmanager
async def furnished(address: Address, folder: Path) -> AsyncGenerator[House]:
    """Furnish it, on the event loop of whoever asks; its connections are closed there too."""
    database = Database(address)
    queue, engine = FakeQueue(), FakeEngine()
    buckets = DiskBuckets(folder / "bucket", {"1": b"k" * 32})
    yield House(Desk(database, buckets, queue), queue, engine)
    await database.close()
