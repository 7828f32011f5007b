"""A link to a picture works as long as its row is to be seen; the Trash shows its pictures to its owner alone."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from sqlalchemy import event
from starlette.applications import Starlette

from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.adapters.buckets.errors import BucketDown, StoreRefused
from portrait_app.database.address import Role
from portrait_app.domain.account import Account, Session
from portrait_app.domain.clock import now
from portrait_app.domain.export import Export, ExportStatus
from portrait_app.domain.rows import new_id
from portrait_app.http.media import media_routes
from portrait_app.http.trash import trash_routes
from portrait_app.services import exports, purging, sessions, showing, thumbnails, trash
from portrait_app.settings import Settings
from tests.builders import PASSWORD, rewrite, signs_in
from tests.portraits import portraits_of
from tests.services.exporting import made
from tests.services.removing import learned
from tools import newcomers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path
    from uuid import UUID

    from portrait_app.adapters.buckets.disk import DiskBuckets
    from portrait_app.domain.selfie import Selfie
    from portrait_app.domain.training import Training
    from portrait_app.services.sessions import SignedIn
    from portrait_app.wiring import Workshop
    from tests.builders import House


@pytest.fixture
async def browser(house: House, tmp_path: Path) -> AsyncGenerator[httpx.AsyncClient]:
    settings = Settings.model_validate({"PORTRAIT_DATA_DIR": tmp_path})
    workshop = cast("Workshop", SimpleNamespace(desk=house.desk, settings=settings))
    buckets = cast("DiskBuckets", house.desk.buckets)
    routes = [
        *trash_routes(lambda: workshop),
        *media_routes(lambda: buckets, lambda link: showing.is_shown(house.desk, link)),
    ]
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
        yield client


@pytest.fixture
def asked(house: House) -> Generator[list[str]]:
    """What is asked of the database as a person, but for who asks, which goes along with the beginning."""
    statements: list[str] = []
    engine = house.desk.database._engines[Role.USER].sync_engine

    def heard(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", heard)
    yield statements
    event.remove(engine, "before_cursor_execute", heard)


@pytest.fixture
async def ada(house: House) -> SignedIn:
    return await newcomers.signs_up(house.desk, name="Ada", email="ada@example.com", password=PASSWORD, device="test")


async def links_to(house: House, owner_id: UUID, key: str) -> list[str]:
    """Links to a picture and all its thumbnails, and one that saves it."""
    links = await house.desk.buckets.of(owner_id).links()
    return [*(links.to(each) for each in thumbnails.keys(key)), links.to(key, download_as="me.webp")]


async def answers(browser: httpx.AsyncClient, links: list[str]) -> set[int]:
    return {(await browser.get(link)).status_code for link in links}


async def test_links_of_before_stop_with_the_portrait_and_go_on_with_it(
    house: House, browser: httpx.AsyncClient, ada: SignedIn
) -> None:
    goes, stays = await portraits_of(house, await house.ready_model(ada.owner_id), count=2)
    dead, alive = [await links_to(house, ada.owner_id, str(each.key)) for each in (goes, stays)]
    assert len(dead) == 5
    assert await answers(browser, [*dead, *alive]) == {200}
    async with house.desk.for_person(ada.owner_id) as work:
        await trash.put_portraits(work, [goes.id])
    assert await answers(browser, dead) == {404}
    assert await answers(browser, alive) == {200}
    assert (await browser.get(dead[0], headers={"If-None-Match": "*"})).status_code == 404
    async with house.desk.for_person(ada.owner_id) as work:
        await trash.restore_portraits(work, [goes.id])
    assert await answers(browser, dead) == {200}
    async with house.desk.for_person(ada.owner_id) as work:
        await trash.put_portraits(work, [goes.id])
        await trash.delete_portraits(work, [goes.id])
    assert await answers(browser, dead) == {404}
    await purging.purge_portrait(house.desk, ada.owner_id, goes.id)
    assert await answers(browser, dead) == {404}


async def given(house: House, owner_id: UUID, *keys: str) -> list[str]:
    """Links as a page is given them."""
    async with house.desk.for_person(owner_id) as work:
        links = await work.links()
    return [links.to(key) for key in keys]


@pytest.mark.parametrize("ending", ["one", "all", "everywhere", "sign out"])
async def test_links_of_before_end_with_a_session_and_those_of_after_work(
    house: House, browser: httpx.AsyncClient, ada: SignedIn, ending: str
) -> None:
    (portrait,) = await portraits_of(house, await house.ready_model(ada.owner_id))
    former = await given(house, ada.owner_id, str(portrait.key))
    here = await signs_in(house, "ada@example.com")
    assert await given(house, ada.owner_id, str(portrait.key)) == former  # to sign in somewhere changes no address
    assert await answers(browser, former) == {200}
    someone = await sessions.who(house.desk, ada.token)
    assert someone is not None
    async with house.desk.for_person(ada.owner_id) as work:
        if ending == "one":
            await sessions.end(work, someone.session_id)
        elif ending == "all":
            await sessions.end_all(work, but=(await house.someone(ada.owner_id)).session_id)
    if ending == "everywhere":
        await sessions.end_everywhere(house.desk, here.token)
    elif ending == "sign out":
        await sessions.end_former(house.desk, ada.token)
    assert await answers(browser, former) == {404}
    fresh = await given(house, ada.owner_id, str(portrait.key))
    assert await answers(browser, fresh) == {200}
    assert await answers(
        browser, [fresh[0].replace("&t=", "&x="), f"{former[0]}&t={fresh[0].partition('&t=')[2]}"]
    ) == {403}


async def test_links_of_before_stay_ended_though_the_session_that_ended_them_runs_out(
    house: House, browser: httpx.AsyncClient, ada: SignedIn
) -> None:
    (portrait,) = await portraits_of(house, await house.ready_model(ada.owner_id))
    (link,) = await given(house, ada.owner_id, str(portrait.key))
    someone = await sessions.who(house.desk, ada.token)
    assert someone is not None
    async with house.desk.for_person(ada.owner_id) as work:
        await sessions.end(work, someone.session_id)
    await rewrite(house, Session, someone.session_id, expires_at=now() - timedelta(minutes=1))
    async with house.desk.for_person(ada.owner_id) as work:
        await work.accounts.forget_old_sessions()
    assert await answers(browser, [link]) == {404}


async def test_links_work_until_the_moment_to_leave_and_not_after_it(
    house: House, browser: httpx.AsyncClient, ada: SignedIn
) -> None:
    archive = await made(house, ada.owner_id)
    (portrait,) = await portraits_of(house, await house.ready_model(ada.owner_id))
    photo = await _kept_photo(house, await learned(house, ada.owner_id))
    links = await given(house, ada.owner_id, str(portrait.key), str(photo.key), exports.key_of(archive))
    for leaves_in, answer in ((timedelta(hours=1), 200), (timedelta(0), 404), (None, 200)):
        await rewrite(house, Account, ada.owner_id, leave_at=None if leaves_in is None else now() + leaves_in)
        assert [await answers(browser, [link]) for link in links] == [{answer}] * len(links)


@pytest.mark.parametrize("over", ["time", "file"])
async def test_a_link_to_an_export_stops_with_it(
    house: House, browser: httpx.AsyncClient, ada: SignedIn, over: str
) -> None:
    archive = await made(house, ada.owner_id)
    (link,) = await given(house, ada.owner_id, exports.key_of(archive))
    assert await answers(browser, [link]) == {200}
    ended = {"expires_at": now()} if over == "time" else {"status": ExportStatus.GONE}
    await rewrite(house, Export, archive.id, **ended)
    assert await answers(browser, [link]) == {404}


async def test_a_picture_costs_one_question_and_the_wall(
    house: House, browser: httpx.AsyncClient, ada: SignedIn, asked: list[str]
) -> None:
    (portrait,) = await portraits_of(house, await house.ready_model(ada.owner_id))
    (link,) = await given(house, ada.owner_id, str(portrait.key))
    asked.clear()
    assert await answers(browser, [link]) == {200}
    assert len(asked) == 1, asked


async def _kept_photo(house: House, model: Training) -> Selfie:
    async with house.desk.for_person(model.owner_id) as work:
        (photo,) = await work.selfies.of(model.id)
        photo.key = f"u/{model.owner_id}/selfies/{photo.id}.jpg"
        await work.bucket.put_bytes(photo.key, b"jpeg")
    return photo


async def test_links_to_photos_stop_with_their_face_model(
    house: House, browser: httpx.AsyncClient, ada: SignedIn
) -> None:
    model = await learned(house, ada.owner_id)
    photo = await _kept_photo(house, model)
    (link, *_) = await links_to(house, ada.owner_id, str(photo.key))
    assert await answers(browser, [link]) == {200}
    async with house.desk.for_person(ada.owner_id) as work:
        await trash.put_model(work, model.id)
    assert await answers(browser, [link]) == {404}


@pytest.mark.parametrize("name", ["portraits/{}.webp", "selfies/{}.jpg", "selfies/no-id.jpg", "portraits/{}/x.webp"])
async def test_a_picture_that_no_row_names_is_not_shown(
    house: House, browser: httpx.AsyncClient, ada: SignedIn, name: str
) -> None:
    key = f"u/{ada.owner_id}/{name.format(new_id())}"
    await house.desk.buckets.of(ada.owner_id).put_bytes(key, b"stray")
    (link, *_) = await links_to(house, ada.owner_id, key)
    assert await answers(browser, [link]) == {404}


async def test_the_trash_shows_a_portrait_to_whoever_put_it_there_and_to_nobody_else(
    house: House, browser: httpx.AsyncClient, ada: SignedIn
) -> None:
    lying, kept = await portraits_of(house, await house.ready_model(ada.owner_id), count=2)
    async with house.desk.for_person(ada.owner_id) as work:
        await trash.put_portraits(work, [lying.id])
    eve = await newcomers.signs_up(house.desk, name="Eve", email="eve@example.com", password=PASSWORD, device="test")

    async def asked(portrait_id: object, token: str = "") -> httpx.Response:
        return await browser.get(f"/api/trash/{portrait_id}", headers={"Cookie": f"session={token}"} if token else {})

    answer = await asked(lying.id, ada.token)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"picture", "image/webp")
    assert answer.headers["cache-control"] == "private, no-store"
    assert (await asked(lying.id)).status_code == 401
    assert (await asked(lying.id, eve.token)).status_code == 404
    for wrong in (kept.id, new_id(), "x", "%00", "../../etc"):
        assert (await asked(wrong, ada.token)).status_code == 404
    async with house.desk.for_person(ada.owner_id) as work:
        await trash.delete_portraits(work, [lying.id])
    assert (await asked(lying.id, ada.token)).status_code == 404


@pytest.mark.parametrize("error", [BucketDown, StoreRefused])
async def test_while_the_store_is_away_a_picture_in_the_trash_is_said_to_be_safe(
    house: House,
    browser: httpx.AsyncClient,
    ada: SignedIn,
    error: type[BucketDown],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (lying,) = await portraits_of(house, await house.ready_model(ada.owner_id))
    async with house.desk.for_person(ada.owner_id) as work:
        await trash.put_portraits(work, [lying.id])

    async def down(*_: object) -> None:
        raise error("no answer")

    monkeypatch.setattr(DiskBucket, "get", down)
    reply = await browser.get(f"/api/trash/{lying.id}", headers={"Cookie": f"session={ada.token}"})
    assert (reply.status_code, reply.headers["cache-control"]) == (503, "private, no-store")
    assert "They are safe" in reply.text
