"""What tests of every floor stand on: a real Postgres with the real walls, and a folder for a bucket."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import async_playwright
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from typing_extensions import override
from xdist.scheduler import LoadScopeScheduling

from portrait_app.database.address import Address
from portrait_app.database.migrate import upgrade
from portrait_app.house.loading import unswept
from portrait_app.services import passwords
from tests import engines, held_up, postgres, s3
from tests.furnished import furnished
from tools.chromium import provide

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from playwright.async_api import Browser

    from portrait_app.adapters.buckets.s3 import S3Buckets
    from tests.builders import House

KEY = b"a key of thirty-two bytes, no more"
TESTS = Path(__file__).parent
LONG = {"e2e", "chaos"}
QUICK = PasswordHash((Argon2Hasher(memory_cost=8, time_cost=1, parallelism=1),))


class ByFile(LoadScopeScheduling):
    """Two workers live through the long stories from the first moment on, and the others share what is left by file.

    A story waits most of its time, so beside it there is room for more workers than cores; begun last it would be
    waited for alone.
    """

    @override
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        room = Path(file).parts[1]
        return room if room in LONG else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Hand the tests out so."""
    return ByFile(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Don't look through what is collected for rubbish, now or later: five thousand tests stay until the end."""
    with unswept():
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long stories first."""
    items.sort(key=lambda item: item.path.relative_to(TESTS).parts[0] not in LONG)


@pytest.fixture(autouse=True)
def _quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords at a fraction of the cost, for a thousand people sign up; not where the cost itself is tested."""
    if request.node.get_closest_marker("full_cost") is None:
        monkeypatch.setattr(passwords, "_hasher", QUICK)


@pytest.fixture(scope="session", autouse=True)
def _made_once() -> Generator[None]:
    """Compile each statement once, and read the world's certificates once, not in every test again."""
    with pytest.MonkeyPatch.context() as patch:
        engines.keep(patch)
        patch.setattr("httpx._transports.default.create_ssl_context", cache(httpx.create_ssl_context))
        yield


@pytest.fixture(scope="session", autouse=True)
def _watched() -> Generator[None]:
    """Watch for transactions that wait for the world outside."""
    with pytest.MonkeyPatch.context() as patch:
        held_up.watch(patch)
        yield


@pytest.fixture(autouse=True)
def _no_transaction_waits(_watched: None) -> Generator[None]:
    """See after each test that no transaction of ours did."""
    held_up.seen.clear()
    yield
    assert held_up.seen == [], "a transaction of ours is open while it waits for this"


@pytest.fixture(scope="session")
def databases() -> Generator[tuple[Address, postgres.Databases]]:
    """One server for the whole run, and empty databases of the present shape."""
    with postgres.server() as server:

        def migrate(url: str) -> None:
            upgrade(Address.at(url, KEY))

        made = postgres.Databases(server, migrate)
        yield Address.at(server.superuser_url("postgres"), KEY), made
        made.close()


@pytest.fixture
def address(databases: tuple[Address, postgres.Databases]) -> Generator[Address]:
    """An empty database."""
    server, made = databases
    with made.fresh() as name:
        yield server.named(name)


@pytest.fixture(scope="session")
def s3_server() -> Generator[s3.StoreServer]:
    """One S3 server for the whole run."""
    with s3.server() as running:
        yield running


@pytest.fixture(scope="session")
def lasting_s3_buckets(s3_server: s3.StoreServer) -> S3Buckets:
    """Buckets there, made once: a client takes a moment to make. Take `s3_buckets`."""
    from portrait_app.adapters.buckets.s3 import S3Buckets  # noqa: PLC0415 -- a second, only for who has a store

    return S3Buckets(s3_server.settings, {"1": b"k" * 32})


@pytest.fixture
def s3_buckets(lasting_s3_buckets: S3Buckets, s3_server: s3.StoreServer) -> Generator[S3Buckets]:
    """Empty buckets in a store."""
    yield lasting_s3_buckets
    s3_server.empty()


@pytest.fixture
async def house(address: Address, tmp_path: Path) -> AsyncGenerator[House]:
    """A house on a fresh database, with an engine and a queue that remember what was asked of them."""
    async with furnished(address, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Where Chromium is; a test that needs it fails, saying why, where it can't be had."""
    return provide()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lasting_browser(chromium: Path) -> AsyncGenerator[Browser]:
    """One Chromium for the whole run: it takes seconds to start. Take `browser`."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(lasting_browser: Browser) -> AsyncGenerator[Browser]:
    """A Chromium with nothing open; its tests share its loop, and what they leave open is closed."""
    yield lasting_browser
    for context in lasting_browser.contexts:
        await context.close()
