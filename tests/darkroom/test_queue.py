"""Nothing that a job holds stops the work on the others; when the work itself stops, everybody learns of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sqlite3
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from replicate import APIStatusError, AsyncReplicate, DefaultAsyncHttpxClient

from portrait_app.darkroom.darkroom import open_darkroom
from portrait_app.darkroom.fetch import Fetcher, Unfetched
from portrait_app.darkroom.options import Options
from portrait_app.darkroom.server import build_app
from portrait_app.darkroom.shelf import Shelf
from portrait_app.darkroom.store import Store
from tests.darkroom.running import ENGINE, PATIENCE_S, TOKEN, end_of, train, trained_version

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from portrait_app.darkroom.darkroom import Darkroom
    from tests.darkroom.running import Ear, RunningDarkroom

HALF = "\ud800"


@pytest.fixture
async def dripping() -> AsyncGenerator[str]:
    """The address of a file that never ends: a byte now and then."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
        with contextlib.suppress(ConnectionError), contextlib.closing(writer):
            while not writer.transport.is_closing():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)

    server = await asyncio.start_server(drip, "127.0.0.1", 0, family=socket.AF_INET)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/photos.zip"


async def test_half_a_character_is_refused_and_the_next_job_is_done(
    inside_replicate: AsyncReplicate, inside_http: httpx.AsyncClient, ear: Ear
) -> None:
    version = await trained_version(inside_replicate)
    asked = {"version": version, "input": {"prompt": HALF}, "webhook": ear.url}
    for body in (asked, asked | {"input": {HALF: 1}}, asked | {"webhook": f"http://a/{HALF}"}):
        answer = await inside_http.post("predictions", content=json.dumps(body))
        assert (answer.status_code, answer.json()["title"]) == (422, "Input validation failed")
    assert (await inside_http.get("predictions")).json()["results"] == []
    after = await inside_replicate.predictions.create(version=version, input={}, prefer="wait=10")
    assert after.status == "succeeded"


async def test_what_an_older_darkroom_took_in_stops_neither_a_start_nor_the_list(
    tmp_path: Path, engine_folder: Path, ear: Ear
) -> None:
    options = Options(data=tmp_path / "data", models=engine_folder, token=TOKEN, engine=ENGINE)
    async with open_darkroom(options, "http://inside") as darkroom, _client(darkroom) as client:
        job = await end_of(client, await train(client))
    with contextlib.closing(sqlite3.connect(options.data / "darkroom.sqlite")) as database:
        kept = json.dumps({"prompt": HALF, "strength": float("inf")})
        events = '["completed"]'
        changed = "UPDATE jobs SET input = ?, is_told = 0, webhook = ?, webhook_events = ?"
        database.execute(changed, (kept, ear.url, events))
        database.commit()
    async with open_darkroom(options, "http://inside") as darkroom, _client(darkroom) as client:
        listed: Any = await client.trainings.list()
        assert [each.id for each in listed.results] == [job.id]
        told = await ear.until_status("succeeded")
        assert told["input"] == {"prompt": "?", "strength": None}
        assert (await end_of(client, await train(client))).status == "succeeded"


async def test_an_engine_that_says_half_a_character_fails_its_job_only(
    inside: Darkroom, inside_replicate: AsyncReplicate, engine_folder: Path
) -> None:
    (engine_folder / "hold").touch()
    training: Any = await train(inside_replicate)
    inside.queue.finish(training.id, "failed", error=f"It lies in caf{HALF}")
    assert (await end_of(inside_replicate, training)).error == "It lies in caf?"
    (engine_folder / "hold").unlink()
    assert (await end_of(inside_replicate, await train(inside_replicate))).status == "succeeded"


async def test_an_account_says_so_when_nobody_works_on_its_jobs(
    inside: Darkroom, inside_http: httpx.AsyncClient, inside_replicate: AsyncReplicate, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await inside_http.get("account")).status_code == 200

    def break_down() -> None:
        raise RuntimeError("something that no job may break")

    monkeypatch.setattr(inside.store.jobs, "next_due", break_down)
    await train(inside_replicate)
    await asyncio.wait([inside.work], timeout=PATIENCE_S)
    answer = await inside_http.get("account")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    with pytest.raises(APIStatusError):
        await inside_replicate.account.get()


async def test_a_darkroom_whose_work_has_ended_ends_too_and_says_so(
    fresh_darkroom: RunningDarkroom,
) -> None:
    fresh_darkroom.tell_engine("hold")
    async with AsyncReplicate(bearer_token=TOKEN, base_url=f"{fresh_darkroom.base}/v1", max_retries=0) as client:
        await train(client)
        await fresh_darkroom.until_engine_is_asked(more_than=0)
        second: Any = await train(client)
    path = fresh_darkroom.folder / "data" / "darkroom.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE jobs SET input = '{' WHERE id = ?", (second.id,))
        database.commit()
    fresh_darkroom.release_engine()
    assert fresh_darkroom.process
    assert await asyncio.wait_for(fresh_darkroom.process.wait(), PATIENCE_S) == 1
    said = (fresh_darkroom.folder / "log.txt").read_text()
    assert "work.ended" in said
    assert said.rstrip().splitlines()[-1].startswith("darkroom: Something broke that works on the jobs")


async def test_a_job_cancelled_while_its_photos_drip_in_lets_the_next_one_begin(
    inside: Darkroom, inside_replicate: AsyncReplicate, dripping: str
) -> None:
    slow: Any = await train(inside_replicate, input={"input_images": dripping})
    async with asyncio.timeout(PATIENCE_S):
        while not inside.shelf.given(slow.id).exists():  # noqa: ASYNC110 - the download begins when it begins
            await asyncio.sleep(0.01)
    begun = asyncio.get_running_loop().time()
    assert (await inside_replicate.trainings.cancel(training_id=slow.id)).status == "canceled"
    after = await end_of(inside_replicate, await train(inside_replicate))
    assert after.status == "succeeded"
    assert asyncio.get_running_loop().time() - begun < 10
    assert not inside.shelf.given(slow.id).exists()


async def test_a_download_that_never_ends_is_given_up(dripping: str, tmp_path: Path) -> None:
    with contextlib.closing(Store(tmp_path / "darkroom.sqlite")) as store:
        fetcher = Fetcher(store, Shelf(tmp_path), "http://inside", whole_s=0.3)
        with pytest.raises(Unfetched, match=r"input_images could not be downloaded within 0\.3 seconds"):
            await fetcher.bring("input_images", dripping, tmp_path / "given")


@contextlib.asynccontextmanager
async def _client(darkroom: Darkroom) -> AsyncGenerator[AsyncReplicate]:
    over = DefaultAsyncHttpxClient(transport=httpx.ASGITransport(build_app(darkroom)))
    async with AsyncReplicate(bearer_token=TOKEN, base_url="http://inside/v1", max_retries=0, http_client=over) as one:
        yield one
