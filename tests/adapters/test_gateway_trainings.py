"""What goes before a training, where its face model goes, and what becomes of it when that goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate.errors import (
    DestinationGone,
    EngineDown,
    NotSent,
    PublicDestination,
    ReplyLost,
    TrainerGone,
)
from portrait_app.domain.catalogue import TRAINERS
from tests.adapters.scripted import HANG_UP, MISSING, Answer, Asked, problem

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.gateway import Gateway
    from tests.adapters.scripted import ScriptedEngine

TRAINER = TRAINERS["flux-dev"]
JOB = {"id": "abc", "status": "starting", "logs": None}
TRAIN = "POST /v1/models/ostris/flux-dev-lora-trainer/versions/v1/trainings"


async def train(gateway: Gateway) -> Any:
    return await gateway.start_training(TRAINER, photos_url="https://engine/zip", seed=3, webhook=None)


def with_trainer(engine: ScriptedEngine, **schemas: Any) -> None:
    """Give the engine what a training needs besides the order itself."""
    version = {"id": "v1", "openapi_schema": {"components": {"schemas": schemas}}}
    engine.answers |= {
        "GET /v1/models/ostris/flux-dev-lora-trainer": Answer(body={"latest_version": version}),
        "GET /v1/hardware": Answer(body=[{"sku": "cpu"}, {"sku": "gpu-t4"}]),
        "POST /v1/models": Answer(201, {"owner": "ada", "name": "faces", "visibility": "private"}),
        TRAIN: Answer(201, JOB),
    }


async def test_a_trainer_that_is_gone_is_named_with_what_to_do(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    for answer in (MISSING, Answer(body={"latest_version": None})):
        with_trainer(scripted)
        scripted.answers["GET /v1/models/ostris/flux-dev-lora-trainer"] = answer
        for asked in (train(to_scripted), to_scripted.check_trainer(TRAINER)):
            with pytest.raises(TrainerGone) as refused:
                await asked
            assert "REPLICATE_TRAINER" in refused.value.hint
    assert not scripted.asked_for(TRAIN)


@pytest.mark.parametrize("line", [TRAIN, "POST /v1/models"])
async def test_a_destination_that_is_not_to_be_had_is_named_with_what_to_do(
    scripted: ScriptedEngine, to_scripted: Gateway, line: str
) -> None:
    with_trainer(scripted)
    scripted.answers[line] = problem(404, {"detail": "The specified training destination does not exist"})
    with pytest.raises(DestinationGone) as refused:
        await train(to_scripted)
    assert "REPLICATE_DESTINATION" in refused.value.hint


async def test_trouble_before_the_order_means_nothing_was_ordered(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    for line in ("GET /v1/models/ostris/flux-dev-lora-trainer", "GET /v1/hardware", "POST /v1/models"):
        for answer in (HANG_UP, Answer(503, {})):
            with_trainer(scripted)
            scripted.answers[line] = answer
            with pytest.raises(NotSent):
                await train(to_scripted)
    assert not scripted.asked_for(TRAIN)


async def test_a_lost_reply_to_a_training_is_a_lost_reply(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    with_trainer(scripted)
    scripted.answers[TRAIN] = HANG_UP
    with pytest.raises(ReplyLost):
        await train(to_scripted)
    assert len(scripted.asked_for(TRAIN)) == 1


async def test_a_training_carries_what_bounds_its_cost(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    with_trainer(scripted)
    await train(to_scripted)
    asked = scripted.asked_for(TRAIN)[0]
    assert asked.headers["cancel-after"] == "2h"
    assert asked.json["destination"] == "ada/faces"
    assert asked.json["input"] == TRAINER.given(photos_url="https://engine/zip", seed=3)
    assert "seed" not in asked.json["input"]  # it knows none
    made = scripted.asked_for("POST /v1/models")[0].json
    assert (made["visibility"], made["hardware"]) == ("private", "gpu-t4")


async def test_the_trainer_and_the_destination_are_looked_up_once(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    with_trainer(scripted)
    await train(to_scripted)
    before = len(scripted.asked)
    await train(to_scripted)
    assert len(scripted.asked) == before + 1


async def test_a_destination_that_was_deleted_is_made_again(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    with_trainer(scripted)
    await train(to_scripted)

    def gone_once(_: Asked) -> Answer:
        is_made_again = len(scripted.asked_for("POST /v1/models")) > 1
        return Answer(201, JOB) if is_made_again else problem(404, {"detail": "The destination does not exist"})

    scripted.answers[TRAIN] = gone_once
    assert (await train(to_scripted)).job_id == "abc"


async def test_faces_never_go_to_a_model_that_anyone_can_see(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    with_trainer(scripted)
    scripted.answers["POST /v1/models"] = Answer(409, {"errors": [{"detail": "exists"}]})
    scripted.answers["GET /v1/models/ada/faces"] = Answer(body={"visibility": "public"})
    with pytest.raises(PublicDestination):
        await train(to_scripted)
    scripted.answers["GET /v1/models/ada/faces"] = Answer(body={"visibility": "private"})
    await train(to_scripted)


async def test_what_was_pushed_to_the_destination_is_listed_with_its_time(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    made = [{"id": "v2", "created_at": "2026-11-28T08:00:00.5Z"}, {"id": "v1"}]
    list_of = "GET /v1/models/ada/faces/versions"
    scripted.answers[list_of] = Answer(body={"next": None, "previous": None, "results": made})
    at = datetime(2026, 11, 28, 8, 0, 0, 500_000, tzinfo=UTC)
    faces = "ada/faces"
    assert await to_scripted.places.pushed() == ([(f"{faces}:v2", at), (f"{faces}:v1", None)], True)
    scripted.answers[list_of] = Answer(body={"next": "https://elsewhere.test", "results": []})
    assert await to_scripted.places.pushed() == ([], False)
    scripted.answers[list_of] = Answer(body={"results": None})
    with pytest.raises(EngineDown):
        await to_scripted.places.pushed()
