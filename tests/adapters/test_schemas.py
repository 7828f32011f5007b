"""Entries of the catalogue held against what models say of themselves, and what becomes of one that no longer fits."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
import structlog.testing

from portrait_app.adapters.replicate import models
from portrait_app.adapters.replicate.errors import EngineDown, FaceModelGone, ModelDiffers, Refused
from portrait_app.adapters.replicate.schema import changes, complaints, says_of
from portrait_app.darkroom.catalogue import motion_schema, portrait_schema, trainer_schema
from portrait_app.domain import catalogue
from portrait_app.domain.styles import STYLES
from tests.adapters import replicated
from tests.adapters.scripted import HANG_UP, MISSING, Answer

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.gateway import Gateway
    from tests.adapters.scripted import ScriptedEngine

QWEN = catalogue.TRAINERS["qwen"]
MODEL = "GET /v1/models/qwen/qwen-image-lora-trainer"
TRAIN = "POST /v1/models/qwen/qwen-image-lora-trainer/versions/v1/trainings"
VERSION = "GET /v1/models/ada/faces/versions/1"
JOB = {"id": "abc", "status": "starting"}
TRAINING_DOCUMENTS = replicated.TRAINERS | {"darkroom": trainer_schema()}
PORTRAIT_DOCUMENTS = replicated.PORTRAITS | {"darkroom": portrait_schema(list(STYLES))}
VIDEO_DOCUMENTS = replicated.VIDEOS | {"darkroom": motion_schema()}


@pytest.mark.parametrize("key", sorted(catalogue.TRAINERS))
def test_every_training_fits_what_its_trainer_says_of_itself(key: str) -> None:
    for given in catalogue.TRAINERS[key].samples():
        assert complaints(TRAINING_DOCUMENTS[key], "TrainingInput", given) == []


@pytest.mark.parametrize("key", sorted(catalogue.GENERATORS))
def test_every_order_of_portraits_fits_what_the_face_model_says_of_itself(key: str) -> None:
    for given in catalogue.GENERATORS[key].samples():
        assert complaints(PORTRAIT_DOCUMENTS[key], "Input", given) == []


@pytest.mark.parametrize("key", sorted(catalogue.VIDEOS))
def test_every_video_fits_what_its_model_says_of_itself(key: str) -> None:
    for given in catalogue.VIDEOS[key].samples():
        assert complaints(VIDEO_DOCUMENTS[key], "Input", given) == []


def test_the_limits_of_every_entry_are_those_that_its_model_says() -> None:
    for key, document in replicated.TRAINERS.items():
        assert changes(document, "TrainingInput", catalogue.TRAINERS[key].numbers) == []
    for key, document in replicated.PORTRAITS.items():
        assert changes(document, "Input", catalogue.GENERATORS[key].numbers) == []
    for key, document in replicated.VIDEOS.items():
        assert changes(document, "Input", catalogue.VIDEOS[key].numbers) == []


async def test_limits_that_changed_are_logged_though_what_we_send_still_fits(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    with_trainer(scripted, changed(steps=replicated.within(100, 4000) | {"default": 2000}))
    with structlog.testing.capture_logs() as logged:
        for _ in range(2):
            assert await to_scripted.check_trainer(QWEN)
    ((event, why),) = [(entry["event"], entry["why"]) for entry in logged]
    assert event == "model.changed"
    assert why == "steps has maximum 4000, not 6000, default 2000, not 1000"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"dataset": "https://zip", "rank": 3}, "it takes no rank"),
        ({"steps": 100}, "it wants more: 'dataset' is a required property"),
        ({"dataset": "https://zip", "steps": 7000}, "steps can't be 7000: 6000 is the most"),
        ({"dataset": "https://zip", "steps": 99}, "steps can't be 99: 100 is the least"),
        ({"dataset": "https://zip", "steps": "many"}, "steps should be of type integer, not 'many'"),
        ({"dataset": "https://zip", "batch_size": 3}, "batch_size can't be 3, only 1, 2, 4"),
        ({"dataset": "https://zip", "seed": "x"}, "seed: 'x' is not valid under any of the given schemas"),
    ],
)
def test_what_does_not_fit_is_said_input_by_input(given: dict[str, Any], said: str) -> None:
    assert complaints(replicated.TRAINERS["qwen"], "TrainingInput", given) == [said]


@pytest.mark.parametrize(
    "broken",
    [
        {"allOf": [{"$ref": "#/components/schemas/nowhere"}]},
        {"$ref": "https://elsewhere.test/schema"},
        {"type": "many"},
        {"minimum": "a lot"},
    ],
)
def test_a_document_that_cannot_be_read_is_a_complaint_and_no_crash(broken: dict[str, Any]) -> None:
    document = replicated.document("Input", {"seed": broken}, [])
    assert len(complaints(document, "Input", {"seed": 1})) == 1


@pytest.mark.parametrize("document", [{}, {"components": None}, {"components": {"schemas": {"Input": []}}}])
def test_a_document_that_says_nothing_is_known_as_such(document: dict[str, Any]) -> None:
    assert not says_of(document, "Input")
    assert not says_of(document, "TrainingInput")


def with_trainer(engine: ScriptedEngine, document: dict[str, Any], version: str = "v1") -> None:
    engine.answers |= {
        MODEL: Answer(body={"latest_version": {"id": version, "openapi_schema": document}}),
        "GET /v1/hardware": Answer(body=[{"sku": "gpu-t4"}]),
        "POST /v1/models": Answer(201, {"visibility": "private"}),
        TRAIN: Answer(201, JOB),
    }


def changed(**inputs: Any) -> dict[str, Any]:
    document = copy.deepcopy(replicated.TRAINERS["qwen"])
    document["components"]["schemas"]["TrainingInput"]["properties"] |= inputs
    return document


async def train(gateway: Gateway) -> Any:
    return await gateway.start_training(QWEN, photos_url="https://engine/zip", seed=3, webhook=None)


async def test_a_trainer_that_fits_is_offered_and_trained_with(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    with_trainer(scripted, replicated.TRAINERS["qwen"])
    assert await to_scripted.check_trainer(QWEN)
    assert (await train(to_scripted)).job_id == "abc"


async def test_a_trainer_that_changed_is_not_offered_and_nothing_is_sent(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    with_trainer(scripted, changed(steps=replicated.within(1, 500)))
    with structlog.testing.capture_logs() as logged:
        with pytest.raises(ModelDiffers) as refused:
            await to_scripted.check_trainer(QWEN)
        with pytest.raises(ModelDiffers):
            await train(to_scripted)
    assert refused.value.complaints == ["steps can't be 1000: 500 is the most"]
    assert "qwen/qwen-image-lora-trainer:v1" in str(refused.value)
    assert isinstance(refused.value, Refused)
    assert "make doctor" in refused.value.hint
    assert not scripted.asked_for(TRAIN)
    assert [entry["event"] for entry in logged] == ["model.differs"]  # told once


async def test_a_video_model_that_changed_is_not_offered(
    scripted: ScriptedEngine, to_scripted: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    kling = catalogue.VIDEOS["kling"]
    document = copy.deepcopy(replicated.VIDEOS["kling"])
    model = f"GET /v1/models/{kling.model}"
    scripted.answers[model] = Answer(body={"latest_version": {"id": "k1", "openapi_schema": document}})
    assert await to_scripted.check_video(kling)

    monkeypatch.setattr(models, "FRESH_FOR_S", 0.0)
    del document["components"]["schemas"]["Input"]["properties"]["start_image"]
    scripted.answers[model] = Answer(body={"latest_version": {"id": "k2", "openapi_schema": document}})
    with pytest.raises(ModelDiffers, match="takes no start_image"):
        await to_scripted.check_video(kling)


async def test_a_new_version_is_held_against_the_entry_again(
    scripted: ScriptedEngine, to_scripted: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_trainer(scripted, replicated.TRAINERS["qwen"])
    await to_scripted.check_trainer(QWEN)
    await to_scripted.check_trainer(QWEN)
    assert len(scripted.asked_for(MODEL)) == 1  # remembered for a while

    monkeypatch.setattr(models, "FRESH_FOR_S", 0.0)
    with_trainer(scripted, changed(lora_type={"type": "string"}), "v2")
    await to_scripted.check_trainer(QWEN)
    with_trainer(scripted, replicated.document("TrainingInput", {"photos": replicated.FILE}, ["photos"]), "v3")
    with pytest.raises(ModelDiffers, match="takes no dataset"):
        await to_scripted.check_trainer(QWEN)


async def test_a_trainer_that_says_nothing_of_its_inputs_is_used_and_that_is_logged_once(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    with_trainer(scripted, replicated.document("Input", {"txt": replicated.TEXT}, ["txt"]))
    with structlog.testing.capture_logs() as logged:
        assert not await to_scripted.check_trainer(QWEN)
        await train(to_scripted)
    assert [entry["event"] for entry in logged] == ["model.unchecked"]


async def test_portraits_are_held_against_the_version_they_are_ordered_from(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    scripted.answers |= {
        VERSION: Answer(body={"id": "1", "openapi_schema": replicated.PORTRAITS["flux-dev"]}),
        "POST /v1/predictions": Answer(201, JOB),
    }
    wanted = next(catalogue.GENERATORS["flux-dev"].samples())
    for _ in range(2):
        await to_scripted.start_prediction(version="ada/faces:1", input=wanted, webhook=None)
    assert len(scripted.asked_for(VERSION)) == 1  # a version never changes
    with pytest.raises(ModelDiffers, match="num_outputs can't be 9"):
        await to_scripted.start_prediction(version="ada/faces:1", input=wanted | {"num_outputs": 9}, webhook=None)
    assert len(scripted.asked_for("POST /v1/predictions")) == 2


async def test_portraits_of_a_version_that_was_deleted_are_not_ordered(to_scripted: Gateway) -> None:
    with pytest.raises(FaceModelGone) as refused:
        await to_scripted.start_prediction(version="ada/faces:1", input={"seed": 1}, webhook=None)
    assert "no longer" in refused.value.headline


@pytest.mark.parametrize("answer", [Answer(202, b""), Answer(204, b""), MISSING])
async def test_a_version_is_deleted_when_the_engine_says_so_or_has_it_no_more(
    scripted: ScriptedEngine, to_scripted: Gateway, answer: Answer
) -> None:
    scripted.answers["DELETE /v1/models/ada/faces/versions/1"] = answer
    await to_scripted.delete_version("ada/faces:1")


async def test_a_version_that_will_not_be_deleted_says_so(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    delete = "DELETE /v1/models/ada/faces/versions/1"
    scripted.answers[delete] = Answer(403, {"detail": "You cannot delete a version that has a deployment."})
    with pytest.raises(Refused, match="deployment"):
        await to_scripted.delete_version("ada/faces:1")
    scripted.answers[delete] = HANG_UP
    with pytest.raises(EngineDown):
        await to_scripted.delete_version("ada/faces:1")


async def test_that_a_version_is_gone_is_asked_for(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    assert await to_scripted.is_version_gone("ada/faces:1")
    scripted.answers[VERSION] = Answer(body={"id": "1"})
    assert not await to_scripted.is_version_gone("ada/faces:1")
    scripted.answers[VERSION] = Answer(500, {})
    with pytest.raises(EngineDown):
        await to_scripted.is_version_gone("ada/faces:1")
