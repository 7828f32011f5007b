"""Photos arriving over HTTP, with a real database and a real folder behind the route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.adapters.buckets.errors import BucketDown, StoreRefused
from portrait_app.domain.chores import Chore
from portrait_app.domain.selfie import MAX_BYTES, MOST
from portrait_app.http.selfies import plain_name
from portrait_app.services import leaving, sessions, trainings
from tests.http.selfies.conftest import OURS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from uuid import UUID

    from starlette.applications import Starlette

    from portrait_app.domain.selfie import Selfie
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


async def photos_of(house: House, owner_id: UUID) -> list[Selfie]:
    async with house.desk.for_person(owner_id) as work:
        draft = await work.trainings.draft()
        return list(await work.selfies.of(draft.id)) if draft else []


def files_in(bucket: Path) -> list[Path]:
    return [path for path in bucket.rglob("*") if path.is_file()]


async def test_a_photo_lands_in_the_draft_and_waits_to_be_examined(
    house: House, browser: httpx.AsyncClient, ada: SignedIn
) -> None:
    answer = await browser.post("/api/selfies", params={"name": "C:\\me\\beach.jpg"}, content=b"pixels")
    assert answer.status_code == 201
    (photo,) = await photos_of(house, ada.owner_id)
    assert (str(photo.id), photo.filename) == (answer.json()["id"], "beach.jpg")
    assert await house.desk.buckets.of(photo.owner_id).get(str(photo.incoming_key)) == b"pixels"
    assert house.queue.take() == [(Chore.EXAMINE_SELFIE, ada.owner_id, photo.id)]


async def test_nobody_uploads_without_a_session(house: House, browser: httpx.AsyncClient, tmp_path: Path) -> None:
    for cookie in ("", "session=", "session=made-up", "session=\x01;;="):
        answer = await browser.post("/api/selfies", content=b"pixels", headers={"Cookie": cookie})
        assert answer.status_code == 401
        assert answer.json()["headline"] == "Please sign in again"
    assert files_in(tmp_path / "bucket") == []


@pytest.mark.parametrize("is_all_in", [False, True], ids=["while it comes in", "while it is put away"])
@pytest.mark.parametrize("ending", ["here", "everywhere", "leaving"])
async def test_asvs_7_4_1_a_photo_whose_session_ends_on_its_way_is_not_kept(
    house: House,
    browser: httpx.AsyncClient,
    ada: SignedIn,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ending: str,
    is_all_in: bool,
) -> None:
    put = DiskBucket.put

    async def end() -> None:
        if ending == "leaving":  # the session goes on in this browser, and nothing new is begun in it
            await leaving.ask(house.desk, await house.someone(ada.owner_id))
        else:
            await (sessions.end_everywhere if ending == "everywhere" else sessions.end_former)(house.desk, ada.token)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"half "
        if not is_all_in:
            await end()
        yield b"a photo"

    async def put_then_end(self: DiskBucket, *told: Any, **named: Any) -> int:
        size = await put(self, *told, **named)
        await end()
        return size

    if is_all_in:
        monkeypatch.setattr(DiskBucket, "put", put_then_end)
    answer = await browser.post("/api/selfies", content=slowly())
    refused = (409, "You are about to leave") if ending == "leaving" else (401, "Please sign in again")
    assert (answer.status_code, answer.json()["headline"]) == refused
    assert await photos_of(house, ada.owner_id) == []
    assert files_in(tmp_path / "bucket") == []


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://studio.example:8080"},
        {"Origin": "https://studio.example.evil.example"},
    ],
)
async def test_another_sites_page_can_upload_nothing(
    house: House, browser: httpx.AsyncClient, ada: SignedIn, elsewhere: dict[str, str]
) -> None:
    answer = await browser.post("/api/selfies", content=b"pixels", headers=elsewhere)
    assert answer.status_code == 403
    assert await photos_of(house, ada.owner_id) == []


async def test_a_request_that_names_no_origin_passes_unless_the_browser_says_it_is_cross_site(
    app: Starlette, ada: SignedIn
) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=OURS) as program:
        sent: dict[str, Any] = {"content": b"pixels", "headers": {"Cookie": f"__Host-session={ada.token}"}}
        assert (await program.post("/api/selfies", **sent)).status_code == 201
        sent["headers"]["Sec-Fetch-Site"] = "cross-site"
        assert (await program.post("/api/selfies", **sent)).status_code == 403


async def test_the_public_address_is_ours_whatever_host_the_proxy_names(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/api/selfies", content=b"pixels", headers={"Origin": "https://studio.example"})
    assert answer.status_code == 201


async def test_a_file_that_is_too_large_is_refused_before_and_while_it_comes(
    house: House, browser: httpx.AsyncClient, ada: SignedIn, tmp_path: Path
) -> None:
    async def without_an_announced_length() -> AsyncIterator[bytes]:
        for _ in range(MAX_BYTES // 2**20 + 1):
            yield bytes(2**20)

    for body in (bytes(MAX_BYTES + 1), without_an_announced_length()):
        answer = await browser.post("/api/selfies", content=body)
        assert answer.status_code == 413
        assert "25 MB" in answer.json()["hint"]
    assert await photos_of(house, ada.owner_id) == []
    assert files_in(tmp_path / "bucket") == []


async def test_a_store_that_is_down_is_said_in_words_and_nothing_is_kept(
    house: House, browser: httpx.AsyncClient, ada: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error in (BucketDown, StoreRefused):

        async def down(*_: object, error: type[BucketDown] = error, **__: object) -> int:
            raise error("no answer from http://store.internal")

        monkeypatch.setattr(type(house.desk.buckets.of(ada.owner_id)), "put", down)
        answer = await browser.post("/api/selfies", content=b"pixels")
        assert (answer.status_code, answer.json()) == (503, {"headline": error.headline, "hint": error.hint})
    assert await photos_of(house, ada.owner_id) == []


async def test_who_is_about_to_leave_is_told_why_no_photo_is_taken(
    house: House, browser: httpx.AsyncClient, ada: SignedIn
) -> None:
    await leaving.ask(house.desk, await house.someone(ada.owner_id))
    answer = await browser.post("/api/selfies", content=b"pixels")
    assert (answer.status_code, answer.json()["headline"]) == (409, "You are about to leave")


async def test_an_empty_file_is_no_photo(house: House, browser: httpx.AsyncClient, ada: SignedIn) -> None:
    assert (await browser.post("/api/selfies", content=b"")).status_code == 400
    assert await photos_of(house, ada.owner_id) == []


async def test_a_full_draft_takes_no_more(house: House, browser: httpx.AsyncClient, ada: SignedIn) -> None:
    await house.draft_with_selfies(ada.owner_id, MOST)
    answer = await browser.post("/api/selfies", content=b"pixels")
    assert answer.status_code == 409
    assert len(await photos_of(house, ada.owner_id)) == MOST


async def test_an_upload_that_breaks_off_leaves_nothing_behind(
    house: House, app: Starlette, ada: SignedIn, tmp_path: Path
) -> None:
    halfway = iter([{"type": "http.request", "body": b"half a pic", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(halfway)

    async def send(message: Any) -> None:
        assert message.get("status", 400) == 400

    headers = [
        (b"host", b"studio.example"),
        (b"cookie", f"__Host-session={ada.token}".encode()),
        (b"content-length", b"20"),
    ]
    scope = {"type": "http", "method": "POST", "path": "/api/selfies", "query_string": b"", "headers": headers}
    await app(scope, receive, send)
    assert await photos_of(house, ada.owner_id) == []
    assert files_in(tmp_path / "bucket") == []


async def test_a_body_shorter_than_announced_is_not_kept(
    house: House, browser: httpx.AsyncClient, ada: SignedIn
) -> None:
    answer = await browser.post("/api/selfies", content=b"half", headers={"Content-Length": "8"})
    assert answer.status_code == 400
    assert await photos_of(house, ada.owner_id) == []


async def test_photos_that_arrive_together_stop_at_the_most(
    house: House, browser: httpx.AsyncClient, ada: SignedIn
) -> None:
    await house.draft_with_selfies(ada.owner_id, MOST - 1)
    answers = [await browser.post("/api/selfies", content=b"pixels") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 409, 409]


async def test_a_draft_started_in_another_tab_lets_the_next_photo_begin_a_new_one(
    house: House, browser: httpx.AsyncClient, ada: SignedIn
) -> None:
    first = await house.draft_with_selfies(ada.owner_id)
    async with house.desk.for_person(ada.owner_id) as work:
        await trainings.start(work, first.id, name="Ada", trainer="darkroom")
    assert (await browser.post("/api/selfies", content=b"pixels")).status_code == 201
    (photo,) = await photos_of(house, ada.owner_id)
    assert photo.training_id != first.id


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\me.jpg", "me.jpg"),
        ("a\x00b\x1b[31m.png", "ab[31m.png"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("Screenshot at 10.00\u202fAM.png", "Screenshot at 10.00 AM.png"),
        ("e\u0301te\u0301.heic", "été.heic"),
        ("x" * 300 + ".jpg", "x" * 200),
        ("folder/", "photo"),
        ("", "photo"),
    ],
)
def test_a_files_name_is_only_text(sent: str, shown: str) -> None:
    assert plain_name(sent) == shown
