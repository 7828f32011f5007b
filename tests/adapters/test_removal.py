"""A face model deleted at the engine, over HTTP: the darkroom's own file, and whatever Replicate may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from replicate import AsyncReplicate, DefaultAsyncHttpxClient

from portrait_app.adapters.replicate.errors import EngineDown
from portrait_app.services import removal
from portrait_app.services.removal import NotYetGone
from tests.adapters.scripted import MISSING, Answer
from tests.darkroom.running import TOKEN, trained_version

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.training import Training
    from tests.adapters.scripted import ScriptedEngine
    from tests.builders import House
    from tests.darkroom.running import RunningDarkroom

OF_ADA = "/v1/models/ada/faces/versions/1"


@pytest.fixture
async def ada(house: House) -> UUID:
    return await house.somebody("Ada")


async def deleted(house: House, owner_id: UUID, version: str) -> Training:
    model = await house.ready_model(owner_id)
    async with house.desk.for_service(owner_id) as work:
        (await work.trainings.get(model.id, lock=True)).version = version
    async with house.desk.for_person(owner_id) as work:
        return await removal.remove(work, model.id)


async def is_confirmed(house: House, model: Training) -> bool:
    async with house.desk.for_person(model.owner_id) as work:
        return (await work.trainings.get(model.id)).removed_at is not None


async def test_the_darkroom_deletes_the_face_itself_from_its_disk(
    house: House, ada: UUID, gateway: Gateway, darkroom: RunningDarkroom
) -> None:
    async with AsyncReplicate(
        bearer_token=TOKEN, base_url=f"{darkroom.base}/v1", max_retries=0, http_client=DefaultAsyncHttpxClient()
    ) as client:
        version = await trained_version(client)
    folder = darkroom.folder / "data"
    face = folder / "versions" / f"{version.partition(':')[2]}.face"
    assert face.exists()
    model = await deleted(house, ada, version)
    await removal.carry_out(house.desk, gateway, ada, model.id)
    assert await is_confirmed(house, model)
    assert not face.exists()
    assert [path.name for path in (folder / "outputs").rglob("*") if path.is_file()] == []
    await removal.carry_out(house.desk, gateway, ada, model.id)  # a chore that is done twice


@pytest.mark.parametrize("status", [403, 409, 500])
async def test_replicate_may_refuse_at_first_then_accept_and_take_its_time(
    house: House, ada: UUID, to_scripted: Gateway, scripted: ScriptedEngine, status: int
) -> None:
    model = await deleted(house, ada, "ada/faces:1")
    problem = Answer(status, {"status": status, "detail": "not now"})
    scripted.answers[f"GET {OF_ADA}"] = Answer(200, {"id": "1"})
    scripted.answers["GET /v1/account"] = Answer(200, {"username": "Ada"})
    for answer in (problem, Answer(202, b"")):
        scripted.answers[f"DELETE {OF_ADA}"] = answer
        with pytest.raises((NotYetGone, EngineDown)):
            await removal.carry_out(house.desk, to_scripted, ada, model.id)
        assert not await is_confirmed(house, model)
    scripted.answers[f"GET {OF_ADA}"] = MISSING
    await removal.carry_out(house.desk, to_scripted, ada, model.id)
    assert await is_confirmed(house, model)
    assert len(scripted.asked_for(f"DELETE {OF_ADA}")) == 2
