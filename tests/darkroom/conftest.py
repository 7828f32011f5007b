"""A running darkroom, clients of it, and an ear for its webhooks."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from typing import TYPE_CHECKING

import httpx
import pytest
import pytest_asyncio
import uvicorn
from replicate import AsyncReplicate, DefaultAsyncHttpxClient
from starlette.applications import Starlette
from starlette.routing import Route

from portrait_app.darkroom.darkroom import open_darkroom
from portrait_app.darkroom.options import Options
from portrait_app.darkroom.server import build_app
from tests.darkroom.running import ENGINE, PATIENCE_S, TOKEN, Ear, QuietServer, RunningDarkroom
from tests.portrait_models import Shelf

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path

    from portrait_app.darkroom.darkroom import Darkroom


@pytest.fixture(scope="session", autouse=True)
def _shared_models(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let the workers of this run share the face models they learn."""
    own = tmp_path_factory.getbasetemp()
    Shelf.folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_darkroom(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningDarkroom]:
    """One process for all the tests of a file, because starting it takes longer than most of them."""
    darkroom = RunningDarkroom(tmp_path_factory.mktemp("darkroom"))
    await darkroom.start()
    yield darkroom
    await darkroom.end()


@pytest.fixture
def darkroom(shared_darkroom: RunningDarkroom) -> Generator[RunningDarkroom]:
    """A running darkroom whose engine does as this test says, and nothing afterwards."""
    yield shared_darkroom
    shared_darkroom.free_engine()


@pytest.fixture
async def fresh_darkroom(tmp_path: Path) -> AsyncGenerator[RunningDarkroom]:
    """A process for one test, which may kill it and start it again."""
    darkroom = RunningDarkroom(tmp_path)
    await darkroom.start()
    yield darkroom
    if darkroom.process and darkroom.process.returncode is None:
        await darkroom.end(signal.SIGKILL)


@pytest.fixture
async def http(darkroom: RunningDarkroom) -> AsyncGenerator[httpx.AsyncClient]:
    """A plain client that bears the token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=f"{darkroom.base}/v1/", headers=headers, timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture
async def anybody(darkroom: RunningDarkroom) -> AsyncGenerator[httpx.AsyncClient]:
    """A plain client that bears no token."""
    async with httpx.AsyncClient(base_url=darkroom.base, timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture
async def replicate(darkroom: RunningDarkroom) -> AsyncGenerator[AsyncReplicate]:
    """The official client."""
    async with AsyncReplicate(
        bearer_token=TOKEN, base_url=f"{darkroom.base}/v1", max_retries=0, http_client=DefaultAsyncHttpxClient()
    ) as client:
        yield client


@pytest.fixture
async def ear() -> AsyncGenerator[Ear]:
    ear = Ear()
    app = Starlette(routes=[Route("/hook", ear.take, methods=["POST", "GET"])])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        ear.url = f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
        server = QuietServer(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        yield ear
        server.should_exit = True
        await task


@pytest.fixture
def engine_folder(tmp_path: Path) -> Path:
    """The folder that the fake engine obeys, for a darkroom inside the test's own process."""
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


@pytest.fixture
async def inside(tmp_path: Path, engine_folder: Path) -> AsyncGenerator[Darkroom]:
    """A darkroom inside the test's own process, so that its parts can be reached; its engine is a child as always."""
    options = Options(data=tmp_path / "data", models=engine_folder, token=TOKEN, engine=ENGINE)
    async with open_darkroom(options, "http://inside") as darkroom:
        yield darkroom


@pytest.fixture
async def inside_http(inside: Darkroom) -> AsyncGenerator[httpx.AsyncClient]:
    """A plain client of the darkroom inside that bears the token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    over = httpx.ASGITransport(build_app(inside))
    async with httpx.AsyncClient(transport=over, base_url="http://inside/v1/", headers=headers) as client:
        yield client


@pytest.fixture
async def inside_replicate(inside: Darkroom) -> AsyncGenerator[AsyncReplicate]:
    """The official client of the darkroom inside."""
    over = DefaultAsyncHttpxClient(transport=httpx.ASGITransport(build_app(inside)))
    async with AsyncReplicate(bearer_token=TOKEN, base_url="http://inside/v1", max_retries=0, http_client=over) as one:
        yield one
