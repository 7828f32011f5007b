"""The browser that the stories are lived in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from playwright.async_api import Browser


@pytest.fixture
async def browser(chromium: Path) -> AsyncGenerator[Browser]:
    """One for each story."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield running
        await running.close()
