"""Ada's browser before the route that takes photos, with a real database and a real folder behind it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import httpx
import pytest
from starlette.applications import Starlette

from portrait_app.http.selfies import selfie_routes
from portrait_app.settings import Settings
from tests.builders import PASSWORD
from tools import newcomers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from portrait_app.services.sessions import SignedIn
    from portrait_app.wiring import Workshop
    from tests.builders import House

OURS = "https://studio.example"


@pytest.fixture
def app(house: House, tmp_path: Path) -> Starlette:
    settings = Settings.model_validate({"PORTRAIT_DATA_DIR": tmp_path, "APP_URL": "https://studio.example"})
    workshop = cast("Workshop", SimpleNamespace(desk=house.desk, settings=settings))
    return Starlette(routes=[*selfie_routes(lambda: workshop)])


@pytest.fixture
async def ada(house: House) -> SignedIn:
    who = await newcomers.signs_up(house.desk, name="Ada", email="ada@example.com", password=PASSWORD, device="test")
    await house.agree(who.owner_id)
    return who


@pytest.fixture
async def browser(app: Starlette, ada: SignedIn) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser in which Ada is signed in, on a page of ours."""
    transport = httpx.ASGITransport(app)
    headers = {"Origin": OURS, "Cookie": f"__Host-session={ada.token}"}
    async with httpx.AsyncClient(transport=transport, base_url=OURS, headers=headers) as client:
        yield client
