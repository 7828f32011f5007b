"""Every body that the darkroom shows has the shape that Replicate's contract gives it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from tests.darkroom import contract
from tests.darkroom.running import end_of, train
from tests.recordings import FOLDER, RECORDINGS

if TYPE_CHECKING:
    import httpx
    from replicate import AsyncReplicate

DOCUMENT = "REPLICATE_OPENAPI"


@pytest.fixture
async def bodies(inside_replicate: AsyncReplicate, inside_http: httpx.AsyncClient) -> dict[str, Any]:
    """A body for each path of the contract, after a training and a prediction."""
    training = await end_of(inside_replicate, await train(inside_replicate))
    version = training.output.version
    prediction = await inside_replicate.predictions.create(version=version, input={}, prefer="wait=10")
    files = (await inside_http.get("files")).json()["results"]
    names = {
        "model_owner": "darkroom",
        "model_name": "faces",
        "version_id": version.partition(":")[2],
        "prediction_id": prediction.id,
        "training_id": training.id,
        "file_id": files[0]["id"],
    }
    return {path: (await inside_http.get(path.format(**names)[1:])).json() for path in contract.SHAPES}


async def test_every_body_keeps_the_contract(bodies: dict[str, Any]) -> None:
    for path, shape in contract.SHAPES.items():
        Draft202012Validator(shape).validate(bodies[path])
    assert len(bodies["/predictions"]["results"]) == 1
    assert len(bodies["/trainings"]["results"]) == 1


async def test_the_answers_to_creation_keep_the_contract(
    inside_replicate: AsyncReplicate, inside_http: httpx.AsyncClient
) -> None:
    training = await train(inside_replicate)
    as_created = (await inside_http.post(f"trainings/{training.id}/cancel")).json()
    Draft202012Validator(contract.TRAINING).validate(as_created)
    model = {"owner": "darkroom", "name": "others", "visibility": "private", "hardware": "cpu"}
    Draft202012Validator(contract.MODEL).validate((await inside_http.post("models", json=model)).json())


async def test_every_body_keeps_replicates_own_document(document: dict[str, Any], bodies: dict[str, Any]) -> None:
    for path, body in bodies.items():
        content = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator({**content, "components": document["components"]}).validate(body)


@pytest.fixture
def document() -> dict[str, Any]:
    """Replicate's OpenAPI document, which is not ours to keep in this repository."""
    path = Path(os.environ.get(DOCUMENT) or RECORDINGS / "openapi.json")
    if not path.is_file():
        pytest.skip(f"set {DOCUMENT} to a copy of the OpenAPI document that Replicate publishes, or {FOLDER}")
    return _nullable(json.loads(path.read_text()))


def _nullable(part: Any) -> Any:
    """Say "or null" as JSON Schema does; the document still says it as OpenAPI 3.0 did."""
    if isinstance(part, list):
        return [_nullable(each) for each in part]
    if not isinstance(part, dict):
        return part
    whole = {key: _nullable(value) for key, value in part.items() if key != "nullable"}
    if part.get("nullable") and "type" in whole:
        whole["type"] = [whole["type"], "null"]
    return whole
