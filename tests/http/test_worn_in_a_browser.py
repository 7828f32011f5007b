"""The look of whoever is signed in, in a real Chromium whose service worker stands between page and studio."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from portrait_app.domain.look import Look
from portrait_app.http.worn import WearsLook
from portrait_app.services import accounts
from portrait_app.settings import Settings
from tests.builders import PASSWORD
from tests.furnished import furnished
from tests.http import doors
from tools import newcomers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from playwright.async_api import Browser

    from portrait_app.database.address import Address
    from portrait_app.wiring import Workshop
    from tests.builders import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# What stands on <html> when the body begins is what the first paint wears.
PAGE = """<!doctype html><html><head><script src="/js/early.js"></script>
<script>window.first = document.documentElement.dataset.theme</script>
<script src="/js/furniture.js" defer></script></head><body><h1>You</h1></body></html>"""
IN_CHARGE = """async () => {
  await navigator.serviceWorker.ready;
  if (navigator.serviceWorker.controller) return;
  await new Promise((taken) => navigator.serviceWorker.addEventListener("controllerchange", taken, { once: true }));
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def house(address: Address, tmp_path: Path) -> AsyncGenerator[House]:
    """A house on the loop of the browser."""
    async with furnished(address, tmp_path) as made:
        yield made


async def test_a_look_chosen_on_another_device_is_there_in_the_first_paint_behind_the_service_worker(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    ada = await newcomers.signs_up(house.desk, name="Ada", email="a@example.com", password=PASSWORD, device="test")
    settings = Settings.model_validate({"PORTRAIT_DATA_DIR": tmp_path})
    workshop = cast("Workshop", SimpleNamespace(desk=house.desk, settings=settings))
    app = Starlette(
        routes=[Route("/you", lambda _: HTMLResponse(PAGE)), Mount("/", StaticFiles(directory=doors.ASSETS))],
        middleware=[Middleware(WearsLook, workshop_of=lambda: workshop)],
    )
    with doors.listening() as port:
        async with doors.serving(app, port), await browser.new_context() as context:
            url = f"http://127.0.0.1:{port.getsockname()[1]}"
            await context.add_cookies([{"name": "session", "value": ada.token, "url": url}])
            page = await context.new_page()
            await page.goto(f"{url}/you")
            await page.evaluate(IN_CHARGE)
            async with house.desk.for_person(ada.owner_id) as work:
                await accounts.change_look(work, Look("dark", 145))
            gone_to = await page.goto(f"{url}/you")
            assert gone_to is not None
            assert gone_to.from_service_worker
            assert await page.evaluate("window.first") == "dark"
