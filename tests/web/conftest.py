"""Who is signed in while a room is looked at, the face model they have, and a Chromium for what needs one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

from tests.web.tabs import move_in, signed_up
from tools.chromium import provide

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from playwright.async_api import Browser

    from portrait_app.domain.training import Training
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def ada(house: House) -> SignedIn:
    """Somebody who has just signed up."""
    move_in(house)
    return await signed_up(house, "Ada Lovelace")


@pytest.fixture
async def model(house: House, ada: SignedIn) -> Training:
    """Their face model, ready."""
    return await house.ready_model(ada.owner_id)


@pytest.fixture(scope="module")
def chromium() -> Path:
    return provide()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path) -> AsyncGenerator[Browser]:
    """One Chromium for a whole file; the file's tests share its loop."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield running
        await running.close()
