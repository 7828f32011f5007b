"""Every request that the gateway makes is one that Replicate's API takes, and none disables the safety checker."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from portrait_app.adapters.replicate.gateway import Gateway
from portrait_app.domain.catalogue import GENERATORS, TRAINERS
from portrait_app.domain.order import OrderKind
from tests.adapters import api, replicated
from tests.adapters.scripted import Answer, Asked, ScriptedEngine
from tests.recordings import RECORDINGS, needed

HOOK = "https://studio.example.org/api/webhook?kind=training&order=1"
SINCE = datetime(2026, 11, 23, 4, tzinfo=UTC)
JOB = {"id": "abc", "status": "starting"}
OUTSIDE = {key: trainer for key, trainer in TRAINERS.items() if key != "darkroom"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asked() -> list[Asked]:
    """Every call that the gateway can make, with every kind of input of the catalogue."""
    async with ScriptedEngine() as engine:
        gateway = Gateway(base_url=engine.base, token="a-token", destination="ada/faces")
        _answer_everything(engine)
        await _everything_else(gateway)
        await _trainings(engine, gateway)
        await _portraits(engine, gateway)
        await gateway.close()
        return engine.asked


def _answer_everything(engine: ScriptedEngine) -> None:
    engine.answers |= {
        "GET /v1/account": Answer(body={"username": "ada"}),
        "GET /v1/hardware": Answer(body=[{"sku": "gpu-t4"}]),
        "GET /v1/webhooks/default/secret": Answer(body={"key": "whsec_abc"}),
        "POST /v1/files": Answer(201, {"id": "f1", "urls": {"get": "https://api.replicate.com/v1/files/f1"}}),
        "GET /v1/files": Answer(body={"results": [], "next": None}),
        "DELETE /v1/files/f1": Answer(204, b""),
        "POST /v1/models": Answer(409, {"errors": [{"detail": "exists"}]}),
        "GET /v1/models/ada/faces": Answer(body={"visibility": "private"}),
        "POST /v1/predictions": Answer(201, JOB),
    }
    for kind in OrderKind:
        engine.answers[f"GET /v1/{kind}s/abc"] = Answer(body=JOB)
        engine.answers[f"POST /v1/{kind}s/abc/cancel"] = Answer(body=JOB)
        engine.answers[f"GET /v1/{kind}s"] = Answer(body={"results": [], "next": None})


async def _everything_else(gateway: Gateway) -> None:
    await gateway.account()
    await gateway.webhook_secrets()
    await gateway.jobs.find_files("photos.zip")
    await gateway.delete_file((await gateway.upload("photos.zip", b"zip")).id)
    for kind in OrderKind:
        await gateway.look_at(kind, "abc")
        await gateway.cancel(kind, "abc")
        await gateway.jobs.find(kind, fingerprint="1", since=SINCE, until=SINCE + timedelta(minutes=1))


async def _trainings(engine: ScriptedEngine, gateway: Gateway) -> None:
    for key, trainer in OUTSIDE.items():
        version = {"id": f"v-{key}", "openapi_schema": replicated.TRAINERS[key]}
        engine.answers[f"GET /v1/models/{trainer.model}"] = Answer(body={"latest_version": version})
        engine.answers[f"POST /v1/models/{trainer.model}/versions/v-{key}/trainings"] = Answer(201, JOB)
        for webhook in (HOOK, None):
            await gateway.start_training(trainer, photos_url="https://engine/zip", seed=3, webhook=webhook)


async def _portraits(engine: ScriptedEngine, gateway: Gateway) -> None:
    for key, document in replicated.PORTRAITS.items():
        engine.answers[f"GET /v1/models/ada/faces/versions/{key}"] = Answer(
            body={"id": key, "openapi_schema": document}
        )
        engine.answers[f"DELETE /v1/models/ada/faces/versions/{key}"] = Answer(202, b"")
        version = f"ada/faces:{key}"
        for number, wanted in enumerate(GENERATORS[key].samples()):
            await gateway.start_prediction(version=version, input=wanted, webhook=HOOK if number else None)
        await gateway.is_version_gone(version)
        await gateway.delete_version(version)


def assert_all_fit(document: dict[str, Any], asked: list[Asked]) -> None:
    assert {f"{one.method} {one.path}": found for one in asked if (found := api.wrong_with(document, one))} == {}


def test_every_request_is_one_that_the_api_takes(asked: list[Asked]) -> None:
    known = {(path, method) for path, methods in api.COMPACT["paths"].items() for method in methods}
    assert {api.call_of(api.COMPACT, one) for one in asked} == known  # and every call there is was made
    assert_all_fit(api.COMPACT, asked)


@needed
def test_every_request_is_one_that_replicates_own_document_takes(asked: list[Asked]) -> None:
    assert_all_fit(api.published(), asked)


@needed
def test_the_api_in_short_says_nothing_that_replicates_own_document_does_not() -> None:
    theirs = api.published()
    for path, methods in api.COMPACT["paths"].items():
        for method in methods:
            assert method in theirs["paths"][path], f"{method} {path}"
            ours, known = (_json_schema(document, path, method) for document in (api.COMPACT, theirs))
            assert set(ours.get("properties", {})) <= set(known.get("properties", {})), path
            assert set(ours.get("required", ())) == set(known.get("required", ())), path


def _json_schema(document: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    said = document["paths"][path][method].get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = said.get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/predictions", b'{"version": "ada/faces:1", "input": {}, "fingerprint": "1"}'),
        ("/predictions", b'{"input": {}}'),
        ("/models/a/b/versions/c/trainings", b'{"input": {}}'),
        ("/models/a/b/versions/c/training", b"{}"),
        ("/models", b'{"owner": "ada", "name": "x", "hardware": "cpu", "visibility": "secret"}'),
    ],
    ids=["an unknown key", "no version", "no destination", "no such call", "no such choice"],
)
def test_a_request_that_is_wrong_is_seen_to_be(path: str, body: bytes) -> None:
    wrong = Asked("POST", f"/v1{path}", {"content-type": "application/json"}, body)
    documents = [api.COMPACT, *([api.published()] if RECORDINGS.is_dir() else [])]
    assert all(api.wrong_with(document, wrong) for document in documents)


def test_no_request_disables_the_safety_checker(asked: list[Asked]) -> None:
    assert [one.path for one in asked if b"safety" in one.body] == []


def test_every_order_bounds_what_it_costs_and_carries_the_token(asked: list[Asked]) -> None:
    orders = [one for one in asked if re.search(r"POST .*/(predictions|trainings)$", f"{one.method} {one.path}")]
    assert len(orders) > len(OUTSIDE) + len(replicated.PORTRAITS)
    assert {re.fullmatch(r"\d+[mh]", one.headers["cancel-after"]) is not None for one in orders} == {True}
    assert {one.headers["authorization"] for one in asked} == {"Bearer a-token"}


def test_where_no_webhook_is_wanted_none_is_mentioned(asked: list[Asked]) -> None:
    orders = [one.json for one in asked if one.method == "POST" and b'"input"' in one.body]
    assert {"webhook" in order for order in orders} == {True, False}
    assert all(("webhook" in order) == ("webhook_events_filter" in order) for order in orders)
