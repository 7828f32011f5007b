"""A running darkroom, clients of it, and an ear for its webhooks."""

from __future__ import annotations

import asyncio
import signal
import socket
from typing import TYPE_CHECKING

import httpx
import pytest
import uvicorn
from replicate import AsyncReplicate, DefaultAsyncHttpxClient
from starlette.applications import Starlette
from starlette.routing import Route

from tests.darkroom.running import PATIENCE_S, TOKEN, Ear, QuietServer, RunningDarkroom

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path


@pytest.fixture
async def stopped_darkroom(tmp_path: Path) -> AsyncGenerator[RunningDarkroom]:
    darkroom = RunningDarkroom(tmp_path)
    yield darkroom
    if darkroom.process and darkroom.process.returncode is None:
        await darkroom.end(signal.SIGKILL)


@pytest.fixture
async def darkroom(stopped_darkroom: RunningDarkroom) -> RunningDarkroom:
    await stopped_darkroom.start()
    return stopped_darkroom


@pytest.fixture
async def http(darkroom: RunningDarkroom) -> AsyncGenerator[httpx.AsyncClient]:
    """A plain client that bears the token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=f"{darkroom.base}/v1/", headers=headers, timeout=PATIENCE_S) as client:
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
