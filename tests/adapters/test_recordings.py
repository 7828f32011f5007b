"""What Replicate really answered, read by the gateway: recordings that lie outside the checkout.

What they prove is proven without them by test_gateway_failures, test_wire and test_contract, with bodies of our own.
"""

from __future__ import annotations

import functools
import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import yaml

from portrait_app.adapters.replicate.errors import (
    BadInput,
    DestinationGone,
    FaceModelGone,
    OutOfCredit,
    Refused,
    ReplyLost,
    Throttled,
    WrongToken,
)
from portrait_app.adapters.replicate.schema import complaints, says_of
from portrait_app.adapters.replicate.wire import STATUSES, created_at, report_of
from portrait_app.domain.catalogue import Trainer
from portrait_app.domain.cause import Cause
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from tests.adapters.scripted import Answer
from tests.recordings import RECORDINGS, needed

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.adapters.replicate.models import Models
    from tests.adapters.scripted import ScriptedEngine

pytestmark = needed

SDXL = Trainer(
    key="sdxl",
    model="stability-ai/sdxl",
    source="a recording",
    photos_input="input_images",
    bar_prefix=None,
    generator="flux-dev",
    typical_s=1,
    price_usd=1,
)
SDXL_VERSION = "39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b"
ERROR_BODIES = RECORDINGS / "bodies" / "real-error-bodies.jsonl"
QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C, where it was built
HOW_MANY = len(ERROR_BODIES.read_text().splitlines()) if ERROR_BODIES.is_file() else 1
ERRORS: dict[int, type[Refused | Throttled | ReplyLost]] = {
    401: WrongToken,
    402: OutOfCredit,
    404: Refused,
    409: ReplyLost,  # recorded of a model that was to be made; no order is refused in that form
    422: BadInput,
    429: Throttled,
}


@dataclass(frozen=True)
class Recorded:
    """One exchange of a recording."""

    method: str
    path: str
    status: int
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def answer(self) -> Answer:
        return Answer(self.status, self.body)

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"null")


@functools.cache
def recordings() -> dict[str, list[Recorded]]:
    """Every cassette by its name."""
    return {path.stem: _exchanges(path) for path in sorted((RECORDINGS / "cassettes").glob("*.yaml"))}


def _exchanges(path: Path) -> list[Recorded]:
    found: list[Recorded] = []
    for one in yaml.load(path.read_text(), Loader=QUICK)["interactions"]:
        asked, said = one["request"], one["response"]
        body = said["content"] if "content" in said else said["body"]["string"]
        raw = body.encode() if isinstance(body, str) else body
        status = said["status_code"] if "status_code" in said else said["status"]["code"]
        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        found.append(Recorded(asked["method"], urlsplit(asked["uri"]).path, status, raw))
    return found


def jobs() -> list[tuple[OrderKind, dict[str, Any]]]:
    """Every job in any recording or body."""
    found = [
        (OrderKind.TRAINING if "training" in one.path else OrderKind.PREDICTION, one.json)
        for exchanges in recordings().values()
        for one in exchanges
        if one.status < 300 and ("/predictions" in one.path or "/trainings" in one.path)
    ]
    for path in sorted((RECORDINGS / "bodies").glob("aiproxy-*.json")):
        body = json.loads(path.read_text())
        if "status" in body:
            found.append((OrderKind.TRAINING if "training" in path.name else OrderKind.PREDICTION, body))
    for path in sorted((RECORDINGS / "bodies").glob("cog*.jsonl")):
        found += [(OrderKind.PREDICTION, json.loads(line)["body"]) for line in path.read_text().splitlines()]
    return found


def test_every_recorded_job_is_read_as_what_it_was() -> None:
    known = jobs()
    assert len(known) > 40
    for kind, body in known:
        if "id" not in body:
            continue
        report = report_of(kind, body)
        assert report.job_id == body["id"]
        assert report.status is STATUSES[body["status"]], body
        assert (report.cause is None) is (report.status is not OrderStatus.FAILED)
        assert created_at(body) or body.get("created_at") is None
    ended = [report_of(kind, body) for kind, body in known if body.get("status") == "succeeded" and "id" in body]
    assert ended
    assert all(report.outputs or report.version for report in ended)


async def played(engine: ScriptedEngine, cassette: str) -> list[Recorded]:
    """Let the engine answer as it did in a recording; the last answer to a call is what it keeps saying."""
    exchanges = recordings()[cassette]
    engine.answers |= {one.line: one.answer for one in exchanges}
    return exchanges


async def test_the_recorded_files_are_uploaded_and_deleted(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    recorded = await played(scripted, "file-operations")
    uploaded = await to_scripted.upload("test.txt", b"")
    assert uploaded.id == recorded[0].json["id"]
    assert uploaded.url == recorded[0].json["urls"]["get"]
    await to_scripted.delete_file(uploaded.id)


async def test_a_recorded_training_is_ordered_into_a_recorded_model(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    for cassette in ("hardware-list", "models-create", "predictions-cancel", "trainings-create"):
        await played(scripted, cassette)
    created = recordings()["trainings-create"][0]
    # The version that was trained with is the one that the recorded model names.
    scripted.answers[f"GET /v1/models/{SDXL.model}"] = Answer(body={"latest_version": {"id": SDXL_VERSION}})
    report = await to_scripted.start_training(SDXL, photos_url="https://zip", seed=1, webhook=None)
    assert report.job_id == created.json["id"]
    assert scripted.asked_for("POST /v1/models")[0].json["hardware"] == "gpu-t4"


async def test_a_destination_that_does_not_exist_is_refused_as_it_was(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    for cassette in ("hardware-list", "models-create", "trainings-create__invalid-destination"):
        await played(scripted, cassette)
    scripted.answers[f"GET /v1/models/{SDXL.model}"] = Answer(body={"latest_version": {"id": SDXL_VERSION}})
    with pytest.raises(DestinationGone, match="destination does not exist"):
        await to_scripted.start_training(SDXL, photos_url="https://zip", seed=1, webhook=None)


async def test_recorded_jobs_are_called_off(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    for kind, cassette in ((OrderKind.TRAINING, "trainings-cancel"), (OrderKind.PREDICTION, "predictions-cancel")):
        canceled = (await played(scripted, cassette))[-1]
        report = await to_scripted.cancel(kind, canceled.json["id"])
        assert report.status is STATUSES[canceled.json["status"]]


async def test_a_recorded_schema_is_read_and_held_against(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    exchanges = await played(scripted, "predictions-cancel")
    version = f"{SDXL.model}:{SDXL_VERSION}"
    document = next(one.json["openapi_schema"] for one in exchanges if one.path.endswith(SDXL_VERSION))
    assert says_of(document, "Input")
    assert not says_of(document, "TrainingInput")  # it can be trained all the same: a missing part is no mismatch
    assert complaints(document, "Input", {"prompt": "a", "scheduler": "K_EULER", "num_outputs": 4, "seed": 1}) == []
    assert len(complaints(document, "Input", {"scheduler": "SLOW", "num_outputs": 5, "steps": 1})) == 3
    assert not await to_scripted.check_trainer(SDXL)
    assert await to_scripted.is_version_gone(f"{SDXL.model}:{'0' * 64}")
    assert not await to_scripted.is_version_gone(version)
    report = await to_scripted.start_prediction(version=version, input={"prompt": "a", "seed": 1}, webhook=None)
    assert report.job_id


async def test_every_recorded_model_tells_its_newest_version(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    models = {
        one.path.removeprefix("/v1/models/"): one
        for exchanges in recordings().values()
        for one in exchanges
        if one.method == "GET" and one.path.count("/") == 4
    }
    assert len(models) > 1
    for name, one in models.items():
        scripted.answers[one.line] = one.answer
        known: Models = to_scripted._models
        assert (await known.newest(name)).id == one.json["latest_version"]["id"]


@pytest.mark.parametrize("number", range(HOW_MANY))
async def test_every_recorded_error_means_what_it_means(
    scripted: ScriptedEngine, to_scripted: Gateway, number: int
) -> None:
    said = json.loads(ERROR_BODIES.read_text().splitlines()[number])
    if "prediction_error" in said:
        report = report_of(OrderKind.TRAINING, {"id": "a", "status": "failed", "error": said["prediction_error"]})
        assert report.cause not in (None, Cause.UNKNOWN)
        assert report.trouble
        return
    scripted.answers["GET /v1/models/ada/faces/versions/1"] = Answer(body={"id": "1"})
    scripted.answers["POST /v1/predictions"] = Answer(said["http"], said["body"])
    expected = FaceModelGone if "version" in said["body"].get("title", "") else ERRORS[said["http"]]
    with pytest.raises(expected) as refused:
        await to_scripted.start_prediction(version="ada/faces:1", input={}, webhook=None)
    assert refused.value.hint
    assert refused.value.headline
    for field in said["body"].get("invalid_fields", ())[:1]:
        assert isinstance(refused.value, BadInput)
        assert refused.value.field == field["field"].removeprefix("input.")
    if isinstance(refused.value, Throttled):
        assert refused.value.retry_after_s == said["body"]["retry_after"]


async def test_the_recorded_wrong_token_is_one(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    await played(scripted, "run__invalid-token")
    scripted.answers["GET /v1/models/ada/faces/versions/1"] = Answer(body={"id": "1"})
    with pytest.raises(WrongToken):
        await to_scripted.start_prediction(version="ada/faces:1", input={}, webhook=None)
