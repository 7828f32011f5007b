"""A browser that mails are sent for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.http.front import typed

if TYPE_CHECKING:
    import httpx

    from tests.http.front import Studio


@pytest.fixture
async def browser(studio: Studio) -> httpx.AsyncClient:
    """Ada's, who has just signed up."""
    browser = studio.browser()
    await browser.post("/auth/sign-up", data=typed())
    return browser
