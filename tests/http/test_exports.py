"""Downloading everything: by a fresh signed link for whoever is signed in, in parts, and in time."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import httpx
import psycopg
import pytest
from starlette.applications import Starlette

from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.adapters.buckets.errors import BucketDown
from portrait_app.http.exports import export_routes
from portrait_app.http.media import media_routes
from portrait_app.services import exports, fresh
from portrait_app.services.exports import DOWNLOAD_PATH
from portrait_app.settings import Settings
from tests.builders import PASSWORD
from tests.opening import always
from tools import newcomers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from portrait_app.adapters.buckets.disk import DiskBuckets
    from portrait_app.services.sessions import SignedIn
    from portrait_app.wiring import Workshop
    from tests.builders import House

OURS = "http://studio.test"


@pytest.fixture
async def ada(house: House) -> SignedIn:
    return await newcomers.signs_up(house.desk, name="Ada", email="ada@example.com", password=PASSWORD, device="test")


@pytest.fixture
async def browser(house: House, ada: SignedIn, tmp_path: Path) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser in which Ada is signed in."""
    settings = Settings.model_validate({"PORTRAIT_DATA_DIR": tmp_path, "APP_URL": OURS})
    workshop = cast("Workshop", SimpleNamespace(desk=house.desk, settings=settings))
    buckets = cast("DiskBuckets", house.desk.buckets)
    app = Starlette(routes=[*export_routes(lambda: workshop), *media_routes(lambda: buckets, always)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=OURS, cookies={"session": ada.token}) as client:
        yield client


async def packed(house: House, ada: SignedIn) -> bytes:
    """Have everything packed; return the ZIP."""
    someone = await house.someone(ada.owner_id)
    await exports.ask(house.desk, someone)
    ((_, _, export_id),) = house.queue.take()
    await exports.make(house.desk, ada.owner_id, export_id)
    export, _ = await exports.to_download(house.desk, someone)
    return await house.desk.buckets.of(ada.owner_id).get(exports.key_of(export))


async def test_it_is_saved_under_a_good_name_and_no_cache_keeps_the_way(
    house: House, ada: SignedIn, browser: httpx.AsyncClient
) -> None:
    whole = await packed(house, ada)
    way = await browser.get(DOWNLOAD_PATH)
    assert (way.status_code, way.headers["cache-control"]) == (303, "no-store")
    reply = await browser.get(way.headers["location"])
    assert (reply.status_code, reply.content) == (200, whole)
    said = reply.headers["content-disposition"]
    assert said.startswith('attachment; filename="portrait-studio-20')
    assert said.endswith('.zip"')


async def test_a_download_that_broke_off_goes_on_where_it_was(
    house: House, ada: SignedIn, browser: httpx.AsyncClient
) -> None:
    whole = await packed(house, ada)
    link = (await browser.get(DOWNLOAD_PATH)).headers["location"]
    rest = await browser.get(link, headers={"Range": "bytes=100-"})
    assert (rest.status_code, rest.content) == (206, whole[100:])


async def test_whoever_is_not_signed_in_is_led_to_where_they_can(
    house: House, ada: SignedIn, browser: httpx.AsyncClient
) -> None:
    await packed(house, ada)
    browser.cookies.clear()
    reply = await browser.get(DOWNLOAD_PATH)
    assert (reply.status_code, reply.headers["location"]) == (303, "/auth/sign-in?next=/you/data")


async def test_asvs_7_5_1_whoever_signed_in_some_time_ago_does_so_once_more(
    house: House, ada: SignedIn, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await packed(house, ada)
    monkeypatch.setattr(fresh, "FRESH", timedelta(seconds=-1))
    reply = await browser.get(DOWNLOAD_PATH)
    assert (reply.status_code, reply.headers["location"]) == (
        303,
        "/auth/sign-in?again=yes&trouble=NotFresh&next=%2Fyou%2Fdata",
    )


async def test_somebody_else_does_not_get_it(house: House, ada: SignedIn, browser: httpx.AsyncClient) -> None:
    await packed(house, ada)
    bob = await newcomers.signs_up(house.desk, name="Bob", email="bob@example.com", password=PASSWORD, device="test")
    browser.cookies.set("session", bob.token)
    assert (await browser.get(DOWNLOAD_PATH)).status_code == 410


async def test_after_its_time_it_is_said_what_to_do(house: House, ada: SignedIn, browser: httpx.AsyncClient) -> None:
    await packed(house, ada)
    with psycopg.connect(house.desk.database.address.conninfo()) as admin:
        admin.execute("UPDATE app.exports SET expires_at = now() - interval '1 second'")
    reply = await browser.get(DOWNLOAD_PATH)
    assert reply.status_code == 410
    assert "Ask for a new one" in reply.text
    assert 'href="/you/data"' in reply.text
    with psycopg.connect(house.desk.database.address.conninfo()) as admin:  # its file lies there, and is not yet it
        admin.execute("UPDATE app.exports SET status = 'making', ready_at = NULL, expires_at = NULL")
    assert (await browser.get(DOWNLOAD_PATH)).status_code == 410


async def test_while_the_store_is_away_it_is_said_here_and_not_by_the_browser(
    house: House, ada: SignedIn, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await packed(house, ada)

    async def down(*_: object, **__: object) -> None:
        raise BucketDown("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(DiskBucket, "page", down)
        reply = await browser.get(DOWNLOAD_PATH)
    assert (reply.status_code, reply.headers["cache-control"]) == (503, "no-store")
    assert "They are safe" in reply.text
    assert 'href="/you/data"' in reply.text
    assert (await browser.get(DOWNLOAD_PATH)).status_code == 303


async def test_one_whose_file_is_not_there_is_not_led_to(
    house: House, ada: SignedIn, browser: httpx.AsyncClient
) -> None:
    await packed(house, ada)
    someone = await house.someone(ada.owner_id)
    export, _ = await exports.to_download(house.desk, someone)
    bucket = house.desk.buckets.of(ada.owner_id)
    await bucket.put_bytes(f"u/{ada.owner_id}/portraits/a.webp", b"the next in their folder")
    await bucket.delete(exports.key_of(export))
    assert (await browser.get(DOWNLOAD_PATH)).status_code == 410
