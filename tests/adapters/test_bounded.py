"""Every call to the engine ends, however slowly the engine speaks and however much it says."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate import bounded
from portrait_app.adapters.replicate.errors import EngineDown, NotSent, ReplyLost
from portrait_app.domain.order import OrderKind
from tests.adapters.scripted import DRIP, Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from portrait_app.adapters.replicate.gateway import Gateway
    from tests.adapters.scripted import ScriptedEngine

    Call = Callable[[Gateway], Coroutine[Any, Any, object]]

CALLS: dict[str, tuple[str, Call, type[Exception]]] = {
    "look": ("GET /v1/predictions/abc", lambda to: to.look_at(OrderKind.PREDICTION, "abc"), EngineDown),
    "cancel": ("POST /v1/predictions/abc/cancel", lambda to: to.cancel(OrderKind.PREDICTION, "abc"), EngineDown),
    "secret": ("GET /v1/webhooks/default/secret", lambda to: to.webhook_secrets(), EngineDown),
    "find a file": ("GET /v1/files", lambda to: to.jobs.find_files("photos.zip"), EngineDown),
    "delete a file": ("DELETE /v1/files/f", lambda to: to.delete_file("f"), EngineDown),
    "is it gone": ("GET /v1/models/ada/faces/versions/1", lambda to: to.is_version_gone("ada/faces:1"), EngineDown),
    "upload": ("POST /v1/files", lambda to: to.upload("photos.zip", b"zip"), NotSent),
    "order": (
        "POST /v1/predictions",
        lambda to: to.start_prediction(version="ada/faces:1", input={"seed": 1}, webhook=None),
        ReplyLost,
    ),
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_reply_that_drips_is_given_up(
    scripted: ScriptedEngine, to_scripted: Gateway, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(bounded.BoundedClient, "lasts_s", 0.3)
    line, call, expected = CALLS[name]
    scripted.answers |= {"GET /v1/models/ada/faces/versions/1": Answer(body={"id": "1"}), line: DRIP}
    async with asyncio.timeout(10):
        with pytest.raises(expected):
            await call(to_scripted)
    assert len(scripted.asked_for(line)) == 1


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
async def test_a_reply_without_measure_is_not_read_to_its_end(
    scripted: ScriptedEngine, to_scripted: Gateway, monkeypatch: pytest.MonkeyPatch, name: str, packed: bool
) -> None:
    monkeypatch.setattr(bounded.BoundedClient, "most_bytes", 100_000)
    line, call, expected = CALLS[name]
    much = b'{"id": "abc", "status": "starting", "key": "k", "logs": "%s"}' % (b"x" * 200_000)
    answer = Answer(200, gzip.compress(much), {"Content-Encoding": "gzip"}) if packed else Answer(200, much)
    scripted.answers |= {"GET /v1/models/ada/faces/versions/1": Answer(body={"id": "1"}), line: answer}
    with pytest.raises(expected):
        await call(to_scripted)


async def test_a_packed_reply_is_read_as_ever(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    packed = gzip.compress(b'{"username": "ada"}')
    scripted.answers["GET /v1/account"] = Answer(200, packed, {"Content-Encoding": "gzip"})
    assert await to_scripted.account() == "ada"


async def test_an_upload_has_time_in_proportion_to_its_size(
    scripted: ScriptedEngine, to_scripted: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded.BoundedClient, "lasts_s", 0.0)  # alone it would end at once
    scripted.answers["POST /v1/files"] = Answer(201, {"id": "f", "urls": {"get": "https://engine/f"}})
    assert (await to_scripted.upload("photos.zip", b"z" * 500_000)).id == "f"
    with pytest.raises(EngineDown):
        await to_scripted.account()


async def test_what_is_nested_too_deeply_is_no_reply(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    scripted.answers["GET /v1/account"] = Answer(200, b"[" * 100_000)
    with pytest.raises(EngineDown):
        await to_scripted.account()
