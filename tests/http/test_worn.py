"""A page brings the look of whoever is signed in, so that one chosen on another device is there in the first paint."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from portrait_app.database.session import Database
from portrait_app.domain.look import Look
from portrait_app.http.worn import WearsLook
from portrait_app.services import accounts, preferences
from portrait_app.services.work import Desk
from portrait_app.settings import Settings
from tests.builders import PASSWORD
from tools import newcomers

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.services.sessions import SignedIn
    from portrait_app.wiring import Workshop
    from tests.builders import House

PAGE = {"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Dest": "document"}


@pytest.fixture
async def ada(house: House) -> SignedIn:
    signed = await newcomers.signs_up(house.desk, name="Ada", email="a@example.com", password=PASSWORD, device="test")
    async with house.desk.for_person(signed.owner_id) as work:
        await accounts.change_look(work, Look("dark", 145))
        await preferences.choose_locale(work, "de-DE")
    return signed


def browser(desk: Desk, folder: Path, **cookies: str) -> httpx.AsyncClient:
    """A browser before a built page."""
    pages = folder / "pages"
    pages.mkdir(exist_ok=True)
    (pages / "you.html").write_text("<!doctype html><h1>You</h1>")
    settings = Settings.model_validate({"PORTRAIT_DATA_DIR": folder})
    workshop = cast("Workshop", SimpleNamespace(desk=desk, settings=settings))
    app = Starlette(middleware=[Middleware(WearsLook, workshop_of=lambda: workshop)])
    app.mount("/", StaticFiles(directory=pages))
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:3000", headers=PAGE, cookies=cookies)


async def test_a_browser_that_wears_another_look_gets_the_persons_own_with_the_page(
    house: House, ada: SignedIn, tmp_path: Path
) -> None:
    for worn in ({}, {"look": "light.20"}):
        phone = browser(house.desk, tmp_path, session=ada.token, **worn)
        kept = {"If-None-Match": (await browser(house.desk, tmp_path).get("/you.html")).headers["etag"]}
        answer = await phone.get("/you.html", headers=kept)
        assert answer.status_code == 200
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("look=dark.145.de-DE; ")
        assert "HttpOnly" not in cookie  # the page's script reads it


async def test_one_that_wears_it_already_is_told_nothing(house: House, ada: SignedIn, tmp_path: Path) -> None:
    phone = browser(house.desk, tmp_path, session=ada.token, look="dark.145.de-DE")
    first = await phone.get("/you.html")
    again = await phone.get("/you.html", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert "set-cookie" not in first.headers


@pytest.mark.parametrize(
    ("cookies", "headers"),
    [
        ({}, PAGE),
        ({"session": "guessed"}, PAGE),
        ({"session": "hers"}, {"Accept": "*/*", "Sec-Fetch-Dest": "script"}),
        ({"session": "hers"}, {"Accept": "text/html", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}),
    ],
    ids=["nobody", "a-guess", "a-script", "a-fetch"],
)
async def test_whoever_is_not_there_and_what_is_no_page_brings_nothing(
    house: House, ada: SignedIn, tmp_path: Path, cookies: dict[str, str], headers: dict[str, str]
) -> None:
    cookies = {name: ada.token if value == "hers" else value for name, value in cookies.items()}
    answer = await browser(house.desk, tmp_path, **cookies).get("/you.html", headers=headers)
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)


async def test_a_page_comes_without_its_colours_while_the_database_is_away(house: House, tmp_path: Path) -> None:
    nowhere: Any = house.desk.database.address.named("there_is_none")
    desk = Desk(Database(nowhere), house.desk.buckets, house.desk.queue)
    answer = await browser(desk, tmp_path, session="a-token").get("/you.html")
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    await desk.database.close()
