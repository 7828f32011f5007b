"""What tests of every floor stand on: a real Postgres with the real walls, and a folder for a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.buckets.disk import DiskBuckets
from portrait_app.database.address import Address
from portrait_app.database.migrate import upgrade
from portrait_app.database.session import Database
from portrait_app.services.work import Desk
from tests import postgres
from tests.builders import House
from tests.fakes import FakeEngine, FakeQueue

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path

KEY = b"a key of thirty-two bytes, no more"


@pytest.fixture(scope="session")
def databases() -> Generator[tuple[Address, postgres.Databases]]:
    """One server for the whole run, and fresh databases from a migrated template."""
    with postgres.server() as server:

        def migrate(url: str) -> None:
            upgrade(Address.at(url, KEY))

        made = postgres.Databases(server, migrate)
        yield Address.at(server.superuser_url("postgres"), KEY), made


@pytest.fixture
def address(databases: tuple[Address, postgres.Databases]) -> Generator[Address]:
    """A fresh, migrated database."""
    server, made = databases
    with made.fresh() as name:
        yield server.named(name)


@pytest.fixture
async def house(address: Address, tmp_path: Path) -> AsyncGenerator[House]:
    """A house on a fresh database, with an engine and a queue that remember what was asked of them."""
    database = Database(address)
    queue, engine = FakeQueue(), FakeEngine()
    buckets = DiskBuckets(tmp_path / "bucket", {"1": b"k" * 32})
    yield House(Desk(database, buckets, queue), queue, engine)
    await database.close()
