"""Fetching outputs: how much, how often, and that our token stays at home."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.outputs import OutputBroken, OutputGone, OutputUnsafe, fetch
from tests.adapters.scripted import HANG_UP, SILENCE, Answer

if TYPE_CHECKING:
    from tests.adapters.scripted import ScriptedEngine

PICTURE = b"RIFF....WEBP" * 100


async def fetched(engine: ScriptedEngine, path: str = "/out.webp", *, timeout_s: float = 5) -> bytes:
    return await fetch(engine.base + path, allow_local=engine.base, max_bytes=len(PICTURE), timeout_s=timeout_s)


async def test_a_picture_comes_as_it_is_and_our_token_stays_at_home(scripted: ScriptedEngine) -> None:
    scripted.answers["GET /out.webp"] = Answer(body=PICTURE)
    assert await fetched(scripted) == PICTURE
    assert scripted.asked[0].headers["accept-encoding"] == "identity"
    assert "authorization" not in scripted.asked[0].headers


async def test_a_proxy_in_the_environment_is_not_used(
    scripted: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    scripted.answers["GET /out.webp"] = Answer(body=PICTURE)
    assert await fetched(scripted) == PICTURE


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_what_the_engine_no_longer_has_is_told_from_what_broke(scripted: ScriptedEngine, status: int) -> None:
    scripted.answers["GET /out.webp"] = Answer(status, b"")
    with pytest.raises(OutputGone) as failed:
        await fetched(scripted)
    assert not failed.value.is_retryable


@pytest.mark.parametrize(
    "answer",
    [
        HANG_UP,
        SILENCE,
        Answer(500, b""),
        Answer(429, b""),
        Answer(206, PICTURE[:5]),
        Answer(200, PICTURE[:5], {"Content-Length": "10"}),
        Answer(200, PICTURE, {"Content-Encoding": "gzip"}),
        Answer(302, b"", {"Location": "https://status.example.com/maintenance"}),
        Answer(302, b"", {"Location": "https://93.184.215.14/maintenance"}),
        Answer(302, b"", {"Location": "/out.webp"}),
        Answer(302, b"", {"Location": "http://["}),
    ],
)
async def test_what_broke_is_tried_again(scripted: ScriptedEngine, answer: Answer | str) -> None:
    scripted.answers["GET /out.webp"] = answer
    with pytest.raises(OutputBroken) as failed:
        await fetched(scripted, timeout_s=0.5)
    assert failed.value.is_retryable


async def test_where_nobody_listens_it_is_tried_again() -> None:
    with pytest.raises(OutputBroken):
        await fetch("http://127.0.0.1:1/out.webp", allow_local="http://127.0.0.1:1", max_bytes=10)


async def test_too_much_is_not_taken(scripted: ScriptedEngine) -> None:
    scripted.answers["GET /out.webp"] = Answer(body=PICTURE + b"x")
    with pytest.raises(OutputUnsafe):
        await fetched(scripted)
    chunk = f"{len(PICTURE) + 1:x}\r\n".encode() + PICTURE + b"x\r\n0\r\n\r\n"
    scripted.answers["GET /out.webp"] = Answer(200, chunk, {"Transfer-Encoding": "chunked", "Content-Length": ""})
    with pytest.raises(OutputUnsafe):
        await fetched(scripted)


async def test_a_packed_body_is_not_unpacked(scripted: ScriptedEngine) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    scripted.answers["GET /out.webp"] = Answer(body=bomb[: len(PICTURE)], headers={"Content-Encoding": "gzip"})
    with pytest.raises(OutputBroken):
        await fetched(scripted)


async def test_redirects_are_followed_only_to_where_one_may_go(scripted: ScriptedEngine) -> None:
    scripted.answers |= {
        "GET /out.webp": Answer(302, b"", {"Location": "/moved.webp"}),
        "GET /moved.webp": Answer(body=PICTURE),
        "GET /away": Answer(302, b"", {"Location": scripted.base.replace("127.0.0.1", "localhost") + "/moved.webp"}),
    }
    assert await fetched(scripted) == PICTURE
    with pytest.raises(OutputUnsafe):
        await fetched(scripted, "/away")


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/",
        "http://127.1/",
        "http://0x7f000001/",
        "https://[::ffff:10.0.0.1]/",
        "http://[fd00::1]/",
        "http://router/",
        "http://metadata.google.internal/",
        "http://printer.local./",
        "http://LOCALHOST./",
        "file:///etc/passwd",
        "gopher://replicate.delivery/",
    ],
)
async def test_a_redirect_into_our_own_network_is_never_tried_again(scripted: ScriptedEngine, location: str) -> None:
    scripted.answers["GET /out.webp"] = Answer(302, b"", {"Location": location})
    with pytest.raises(OutputUnsafe) as refused:
        await fetched(scripted)
    assert not refused.value.is_retryable
    assert len(scripted.asked) == 1
