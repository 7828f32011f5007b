"""Engines to speak to: the darkroom itself over a fake that makes pictures at once, and one that does as it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from portrait_app.adapters.replicate.gateway import Gateway
from tests.adapters.scripted import ScriptedEngine
from tests.darkroom.conftest import ear
from tests.darkroom.running import TOKEN, RunningDarkroom

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

__all__ = ["ear"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def darkroom(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningDarkroom]:
    """One darkroom for all the tests of a file: it starts in two seconds, and they leave it as they found it."""
    darkroom = RunningDarkroom(tmp_path_factory.mktemp("darkroom"))
    await darkroom.start()
    yield darkroom
    await darkroom.end()


@pytest.fixture
async def gateway(darkroom: RunningDarkroom) -> AsyncGenerator[Gateway]:
    """A gateway to a real darkroom."""
    gateway = Gateway(base_url=f"{darkroom.base}/v1", token=TOKEN)
    yield gateway
    await gateway.close()


@pytest.fixture
async def scripted() -> AsyncGenerator[ScriptedEngine]:
    async with ScriptedEngine() as engine:
        yield engine


@pytest.fixture
async def to_scripted(scripted: ScriptedEngine) -> AsyncGenerator[Gateway]:
    """A gateway to the engine that does as it is told."""
    gateway = Gateway(base_url=f"{scripted.base}/v1", token="a-token", destination="ada/faces")
    yield gateway
    await gateway.close()
