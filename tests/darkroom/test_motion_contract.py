"""The official client has portraits set in motion: a model like any other, one file out, stopped and taken up again."""

from __future__ import annotations

import base64
import signal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from replicate import NotFoundError, UnprocessableEntityError

from portrait_app.darkroom import motion_paths
from portrait_app.darkroom.catalogue import MOTIONS
from tests.darkroom import contract
from tests.darkroom.running import end_of, train

if TYPE_CHECKING:
    from replicate import AsyncReplicate

    from tests.darkroom.running import Ear, RunningDarkroom

PICTURE = f"data:image/png;base64,{base64.b64encode(b'a picture').decode()}"
NAMES: Any = {"model_owner": "darkroom", "model_name": "portrait-motion"}


async def content_of(link: str) -> httpx.Response:
    async with httpx.AsyncClient() as anybody:
        return await anybody.get(link)


async def film(replicate: AsyncReplicate, **given: Any) -> Any:
    wanted: Any = {"image": PICTURE} | given
    return await replicate.models.predictions.create(**NAMES, input=wanted, prefer="wait=10")


async def test_the_model_is_listed_and_says_what_it_takes(replicate: AsyncReplicate, http: httpx.AsyncClient) -> None:
    listed = [f"{model.owner}/{model.name}" async for model in replicate.models.list()]
    assert "darkroom/portrait-motion" in listed
    body = (await http.get("models/darkroom/portrait-motion")).json()
    Draft202012Validator(contract.MODEL).validate(body)
    inputs = body["latest_version"]["openapi_schema"]["components"]["schemas"]["Input"]
    assert inputs["required"] == ["image"]
    assert set(inputs["properties"]) == {"image", "prompt", "duration", "motion", "seed"}
    assert "head turns a little" in (await http.get("models/darkroom/portrait-motion/readme")).text


def test_every_motion_that_is_offered_can_be_made() -> None:
    assert set(MOTIONS) == set(motion_paths.ALL)


@pytest.mark.parametrize("by", ["name", "version", "full version", "path"])
async def test_a_film_is_one_link_however_it_is_asked_for(
    replicate: AsyncReplicate, http: httpx.AsyncClient, by: str
) -> None:
    version: str = (await http.get("models/darkroom/portrait-motion")).json()["latest_version"]["id"]
    given: Any = {"image": PICTURE, "prompt": "a smile", "seed": 7}
    if by == "path":
        made: Any = await replicate.models.predictions.create(**NAMES, input=given, prefer="wait=10")
    else:
        name = "darkroom/portrait-motion"
        reference = {"name": name, "version": version, "full version": f"{name}:{version}"}[by]
        made = await replicate.predictions.create(version=reference, input=given, prefer="wait=10")
    assert (made.status, made.error) == ("succeeded", None)
    assert made.output.endswith("/out.mp4")
    assert "Using seed: 7" in made.logs
    assert "darkroom_motion: 100%|██████████| 4/4" in made.logs
    answer = await content_of(made.output)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.content == b"a picture turn 4 7"
    Draft202012Validator(contract.PREDICTION).validate((await http.get(f"predictions/{made.id}")).json())


async def test_a_picture_may_be_an_uploaded_file(replicate: AsyncReplicate) -> None:
    file: Any = await replicate.files.create(content=("portrait.png", b"uploaded", "image/png"))
    made = await film(replicate, image=file.urls.get, motion="push-in", duration=2, seed=1)
    assert (await content_of(made.output)).content == b"uploaded push-in 2 1"


@pytest.mark.parametrize(
    ("given", "field"),
    [({"duration": 7}, "input.duration"), ({"duration": 1}, "input.duration"), ({"motion": "dance"}, "input.motion")],
)
async def test_what_cannot_be_made_is_refused(replicate: AsyncReplicate, given: dict[str, Any], field: str) -> None:
    with pytest.raises(UnprocessableEntityError) as refusal:
        await film(replicate, **given)
    assert [each["field"] for each in refusal.value.response.json()["invalid_fields"]] == [field]


async def test_a_picture_that_cannot_be_had_is_named_as_the_reason(replicate: AsyncReplicate) -> None:
    failed = await film(replicate, image="file:///etc/passwd")
    assert (failed.status, failed.output) == ("failed", None)
    assert failed.error.startswith("image is neither a link nor a data URI")


async def test_a_film_stops_when_it_is_cancelled_and_leaves_nothing(
    replicate: AsyncReplicate, darkroom: RunningDarkroom
) -> None:
    darkroom.tell_engine("hold")
    asked = len(darkroom.done_by_engine())
    started = await replicate.models.predictions.create(**NAMES, input={"image": PICTURE})
    await darkroom.until_engine_is_asked(more_than=asked)
    cancelled = await replicate.predictions.cancel(prediction_id=started.id)
    assert (cancelled.status, cancelled.output) == ("canceled", None)
    darkroom.release_engine()
    assert (await film(replicate)).status == "succeeded"  # the engine is free again, and past its tidying up
    assert not list((darkroom.folder / "data" / "outputs").glob("*/.out.mp4"))


async def test_a_film_that_was_killed_is_made_after_the_restart(
    replicate: AsyncReplicate, ear: Ear, fresh_darkroom: RunningDarkroom
) -> None:
    darkroom = fresh_darkroom
    darkroom.tell_engine("hold")
    client = replicate.with_options(base_url=f"{darkroom.base}/v1")
    started = await client.models.predictions.create(**NAMES, input={"image": PICTURE, "seed": 3}, webhook=ear.url)
    await darkroom.until_engine_is_asked(more_than=0)
    await darkroom.end(signal.SIGKILL)
    darkroom.release_engine()
    await darkroom.start()
    ended = await end_of(client, started)
    assert (await content_of(ended.output)).content == b"a picture turn 4 3"
    assert "The darkroom was restarted; continuing" in ended.logs
    assert (await ear.until_status("succeeded"))["output"] == ended.output


async def test_what_everybody_uses_is_nobodys_to_delete(http: httpx.AsyncClient, replicate: AsyncReplicate) -> None:
    assert (await http.delete("models/darkroom/portrait-motion")).status_code == 403
    version: str = (await http.get("models/darkroom/portrait-motion")).json()["latest_version"]["id"]
    assert (await http.delete(f"models/darkroom/portrait-motion/versions/{version}")).status_code == 403
    with pytest.raises(NotFoundError):
        await train(replicate, destination="darkroom/portrait-motion")
