"""Uploads meant to do harm: refused in words, by name, and nothing of them or of anybody's is lost or left."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.domain.selfie import MAX_BYTES, MOST, MOST_REFUSED, Selfie, SelfieStatus
from portrait_app.http.selfies import LONGEST_FILENAME, plain_name
from portrait_app.services import selfies
from portrait_app.services.room import TooManyRefused
from portrait_app.services.selfies import Examiner
from tests import awkward
from tests.http.doors import listening, serving
from tests.models import face_reader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.applications import Starlette

    from portrait_app.domain.training import Training
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House

KIB = 1024
HOSTILE_PARTS = [
    "..",
    "/",
    "\\",
    "\0",
    "\r\n",
    "\u202e",
    "%2e%2e%2f",
    "C:",
    "~",
    "a",
    "ö",
    "😀",
    "<b>",
    "'",
    '"',
    ";",
    " ",
]
ZIP = b"PK\x03\x04" + bytes(60)
POLYGLOTS = {
    "html.jpg": b"\xff\xd8\xff\xe0<html><script>alert(1)</script></html>",
    "script.gif": b"GIF89a/*" + bytes(40) + b"*/=1;alert(1)//",
    "archive.png": b"\x89PNG\r\n\x1a\n" + ZIP,
    "paper.webp": b"RIFF\x40\x00\x00\x00WEBP%PDF-1.7\n1 0 obj<</JS(app.alert(1))>>",
    "film.heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00\x00\xff\xffmdat",
    "program.avif": b"\x7fELF\x02\x01\x01" + bytes(64),
}


async def _sent(browser: httpx.AsyncClient, name: str, content: bytes) -> int:
    return (await browser.post("/api/selfies", params={"name": name}, content=content)).status_code


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_asvs_5_2_2_and_5_2_3_what_only_looks_like_a_photo_is_refused_by_name_and_the_others_stay(
    house: House, browser: httpx.AsyncClient, ada: SignedIn, tmp_path: Path
) -> None:
    hostile = dict(POLYGLOTS)
    for make in (awkward.drawing, awkward.animation, awkward.text, awkward.truncated, awkward.bomb):
        path = make(tmp_path)
        hostile[path.name] = path.read_bytes()
    before = await house.draft_with_selfies(ada.owner_id, 4)
    for name, content in hostile.items():
        assert await _sent(browser, name, content) == 201
    examiner = Examiner(house.desk, face_reader())
    for _, owner_id, selfie_id in house.queue.take():
        await examiner.examine(owner_id, selfie_id)
    async with house.desk.for_person(ada.owner_id) as work:
        photos = await work.selfies.of(before.id)
    refused = {photo.filename: photo.refusal for photo in photos if photo.status is SelfieStatus.REFUSED}
    assert refused.keys() == hostile.keys()
    assert all(words and len(words) < 200 for words in refused.values())
    assert sum(photo.status is SelfieStatus.FINE for photo in photos) == 4
    assert {path.read_bytes() for path in _files(tmp_path / "bucket")} == {b"jpeg"}


async def test_files_that_are_no_photos_have_an_end_too_and_one_that_is_removed_makes_room(
    house: House, browser: httpx.AsyncClient, ada: SignedIn
) -> None:
    older, _ = await house.training_begun(ada.owner_id)
    await _refused(house, older)
    draft = await house.draft_with_selfies(ada.owner_id, 4)
    assert await _sent(browser, "of-another-draft.mov", b"more") == 201
    await _refused(house, draft)
    answer = await browser.post("/api/selfies", params={"name": "one.mov"}, content=b"more")
    assert (answer.status_code, answer.json()["headline"]) == (409, TooManyRefused.headline)
    async with house.desk.for_person(ada.owner_id) as work:
        photos = await work.selfies.of(draft.id)
        await selfies.remove(work, next(photo.id for photo in photos if photo.status is SelfieStatus.REFUSED))
    assert await _sent(browser, "one.mov", b"more") == 201


async def _refused(house: House, training: Training) -> None:
    async with house.desk.for_person(training.owner_id) as work:
        for number in range(MOST_REFUSED):
            work.selfies.add(
                Selfie(
                    owner_id=training.owner_id,
                    training_id=training.id,
                    filename=f"{number}.mov",
                    status=SelfieStatus.REFUSED,
                )
            )


async def test_asvs_5_2_1_no_more_is_read_than_a_photo_may_have(browser: httpx.AsyncClient, tmp_path: Path) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 256 * KIB
            yield bytes(256 * KIB)

    answer = await browser.post("/api/selfies", content=endless())
    assert answer.status_code == 413
    assert read <= MAX_BYTES + 512 * KIB
    assert _files(tmp_path / "bucket") == []


def test_ten_thousand_hostile_names_are_text_and_nothing_else() -> None:
    chance = random.Random(5)
    for _ in range(10_000):
        name = plain_name("".join(chance.choices(HOSTILE_PARTS, k=chance.randint(0, 300))))
        assert 1 <= len(name) <= LONGEST_FILENAME
        assert name.isprintable()
        assert not {"/", "\\", "\0"} & set(name)


@pytest.mark.parametrize("end", ["HTTP/1.0\r\n", "HTTP/1.1\r\nConnection: close\r\n"], ids=["older", "closing"])
async def test_who_sends_all_before_reading_reads_why_a_photo_was_refused_though_we_close_then(
    app: Starlette, house: House, ada: SignedIn, tmp_path: Path, end: str
) -> None:
    head = f"POST /api/selfies {end}Host: studio.example\r\nCookie: __Host-session={ada.token}\r\n"

    async def said_about(size: int) -> str:
        reader, writer = await asyncio.open_connection(*port.getsockname())
        writer.write(f"{head}Content-Length: {size}\r\n\r\n".encode() + bytes(size))
        await writer.drain()
        answer = (await reader.read()).decode()
        writer.close()
        return answer

    with listening() as port:
        async with serving(app, port):
            assert "That file is empty" in await said_about(0)
            assert "25 MB" in await said_about(MAX_BYTES + KIB)
            assert _files(tmp_path / "bucket") == []
            await house.draft_with_selfies(ada.owner_id, MOST)
            kept = _files(tmp_path / "bucket")
            assert "That's plenty" in await said_about(8 * KIB * KIB)
            assert _files(tmp_path / "bucket") == kept


async def test_of_a_refused_photo_that_never_ends_only_so_much_is_waited_for(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portrait_app.http.selfies.HEARD_OUT_S", 0.01)
    with listening() as port:
        async with serving(app, port):
            reader, writer = await asyncio.open_connection(*port.getsockname())
            writer.write(b"POST /api/selfies HTTP/1.0\r\nContent-Length: 99\r\n\r\n")
            async with asyncio.timeout(10):
                assert b"Please sign in again" in await reader.read()
            writer.close()


async def test_of_a_refused_photo_a_hundred_megabytes_are_heard_out_and_no_more(app: Starlette) -> None:
    megabyte, read, said = bytes(KIB * KIB), 0, list[Any]()

    async def receive() -> Any:
        nonlocal read
        read += len(megabyte)
        return {"type": "http.request", "body": megabyte, "more_body": True}

    async def send(message: Any) -> None:
        said.append((message.get("status"), read))

    scope = {"type": "http", "method": "POST", "path": "/api/selfies", "query_string": b"", "headers": []}
    for version, heard in (("1.0", 101 * KIB * KIB), ("1.1", 0)):  # 1.1: the server itself reads on, after the answer
        read = 0
        said.clear()
        await app({**scope, "http_version": version}, receive, send)
        assert said[0] == (401, heard)


async def test_three_hundred_at_once_keep_as_many_as_a_draft_takes_and_the_memory_small(
    app: Starlette, house: House, ada: SignedIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(6)
    names = ["".join(chance.choices(HOSTILE_PARTS, k=12)) for _ in range(300)]
    writing: list[int] = [0, 0]  # now, and at the most
    put = DiskBucket.put

    async def counted(self: DiskBucket, *told: Any, **named: Any) -> int:
        writing[0] += 1
        writing[1] = max(writing)
        try:
            return await put(self, *told, **named)
        finally:
            writing[0] -= 1

    async def a_megabyte() -> AsyncIterator[bytes]:
        for _ in range(16):
            yield bytes(64 * KIB)

    monkeypatch.setattr(DiskBucket, "put", counted)
    used = psutil.Process().memory_info().rss
    with listening() as port:
        url = f"http://127.0.0.1:{port.getsockname()[1]}"
        headers = {"Origin": "https://studio.example", "Cookie": f"__Host-session={ada.token}"}
        limits = httpx.Limits(max_connections=300)
        async with (
            serving(app, port),
            httpx.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=60) as client,
        ):
            sent = (client.post("/api/selfies", params={"name": name}, content=a_megabyte()) for name in names)
            answers = await asyncio.gather(*sent)
    used = psutil.Process().memory_info().rss - used
    assert sorted({answer.status_code for answer in answers}) == [201, 409]
    assert all(answer.json()["headline"] == "That's plenty" for answer in answers if answer.status_code == 409)
    assert sum(answer.status_code == 201 for answer in answers) == MOST
    async with house.desk.for_person(ada.owner_id) as work:
        draft = await work.trainings.draft()
        assert draft is not None
        photos = await work.selfies.of(draft.id)
    assert len(photos) == len(_files(tmp_path / "bucket")) == MOST
    assert writing[0] == 0 < writing[1] <= 6  # as docs/security.md says
    assert used < 200 * KIB * KIB  # of the 300 MB sent; the sender's own buffers are among them
