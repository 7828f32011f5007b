"""The official Python client drives the darkroom from an empty account to portraits."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image
from replicate import AuthenticationError, ConflictError, NotFoundError, UnprocessableEntityError

from portrait_app.darkroom.api.jobs import new_job
from portrait_app.darkroom.clock import now, read_stamp, stamp
from portrait_app.darkroom.store import Version
from tests.darkroom.running import PHOTOS, end_of, train, trained_version

if TYPE_CHECKING:
    from replicate import AsyncReplicate

    from portrait_app.darkroom.darkroom import Darkroom
    from tests.darkroom.running import Ear, RunningDarkroom


async def test_the_account_says_whose_models_are_made_here(replicate: AsyncReplicate) -> None:
    account = await replicate.account.get()
    assert (account.type, account.username) == ("user", "darkroom")
    assert [(each.sku, each.name) for each in await replicate.hardware.list()] == [("cpu", "CPU")]


async def test_a_wrong_token_is_refused_in_replicates_words(replicate: AsyncReplicate) -> None:
    with pytest.raises(AuthenticationError) as refusal:
        await replicate.with_options(bearer_token="another").account.get()
    assert refusal.value.response.headers["content-type"] == "application/problem+json"
    assert refusal.value.response.json() == {
        "title": "Unauthenticated",
        "detail": "You did not pass a valid authentication token",
        "status": 401,
    }


async def test_a_model_is_made_once(replicate: AsyncReplicate) -> None:
    wanted: Any = {"owner": "darkroom", "name": "once", "visibility": "private", "hardware": "cpu"}
    made = await replicate.models.create(**wanted)
    assert (made.owner, made.name, made.visibility, made.run_count) == ("darkroom", "once", "private", 0)
    with pytest.raises(ConflictError) as refusal:
        await replicate.models.create(**wanted)
    assert refusal.value.response.json()["errors"] == [{"detail": "A model with that name and owner already exists."}]
    await replicate.models.delete(model_owner="darkroom", model_name="once")
    with pytest.raises(NotFoundError):
        await replicate.models.get(model_owner="darkroom", model_name="once")


async def test_an_uploaded_file_is_described_listed_handed_out_and_deleted(replicate: AsyncReplicate) -> None:
    file: Any = await replicate.files.create(
        content=("photos.zip", PHOTOS, "application/zip"), metadata={"customer": "7"}
    )
    assert (file.size, file.content_type, file.metadata) == (len(PHOTOS), "application/zip", {"customer": "7"})
    assert len(file.checksums.sha256) == 64
    assert (await replicate.files.get(file_id=file.id)).urls.get == file.urls.get
    assert file.id in [each.id for each in (await replicate.files.list()).results or []]
    content = await replicate._client.get(f"{file.urls.get}/download", headers=replicate.auth_headers)
    assert content.content == PHOTOS
    await replicate.files.delete(file_id=file.id)
    with pytest.raises(NotFoundError):
        await replicate.files.get(file_id=file.id)


async def test_a_training_makes_a_version_that_says_what_it_takes(
    replicate: AsyncReplicate, darkroom: RunningDarkroom
) -> None:
    training = await train(replicate)
    assert training.status == "starting"
    assert f"/v1/predictions/{training.id}" in training.urls.get
    training = await end_of(replicate, training)
    assert training.urls.get == f"{darkroom.base}/v1/trainings/{training.id}"
    assert "darkroom_train: 100%|██████████| 4/4" in training.logs
    name, _, version = training.output.version.partition(":")
    assert name == "darkroom/faces"
    schema: Any = (
        await replicate.models.versions.get(model_owner="darkroom", model_name="faces", version_id=version)
    ).openapi_schema
    assert schema["components"]["schemas"]["style"]["enum"] == ["studio", "noir"]
    assert schema["components"]["schemas"]["Input"]["properties"]["num_outputs"]["maximum"] == 8
    async with httpx.AsyncClient() as anybody:
        assert (await anybody.get(training.output.weights)).json()["seed"] == 7


async def test_the_link_in_a_trainings_first_answer_leads_to_it(replicate: AsyncReplicate) -> None:
    training = await train(replicate)
    found: Any = await replicate.get(training.urls.get, cast_to=dict[str, Any])
    assert found["id"] == training.id


@pytest.mark.parametrize("reference", ["full", "hash", "model", "path"])
async def test_a_prediction_may_name_its_version_in_each_of_replicates_ways(
    replicate: AsyncReplicate, reference: str
) -> None:
    full = await trained_version(replicate)
    given: Any = {"input": {"num_outputs": 1, "output_format": "png"}, "prefer": "wait=10"}
    if reference == "path":
        made = await replicate.models.predictions.create(model_owner="darkroom", model_name="faces", **given)
    else:
        named = {"full": full, "hash": full.partition(":")[2], "model": full.partition(":")[0]}[reference]
        made = await replicate.predictions.create(version=named, **given)
    assert (made.status, made.model, made.version) == ("succeeded", "darkroom/faces", full.partition(":")[2])


async def test_pictures_come_one_after_another_and_keep_their_addresses(replicate: AsyncReplicate, ear: Ear) -> None:
    version = await trained_version(replicate)
    given: Any = {"style": "noir", "aspect_ratio": "16:9", "num_outputs": 3, "seed": 5, "output_format": "webp"}
    await replicate.predictions.create(version=version, input=given, webhook=ear.url)
    final = await ear.until_status("succeeded")
    lists = [heard.body["output"] for heard in ear.heard if heard.body["output"]]
    assert all(later[: len(earlier)] == earlier for earlier, later in itertools.pairwise(lists))
    assert len(final["output"]) == 3
    async with httpx.AsyncClient() as anybody:
        answer = await anybody.get(final["output"][0])
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["x-content-type-options"] == "nosniff"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (1344, 768))


async def test_the_same_seed_makes_the_same_picture(replicate: AsyncReplicate) -> None:
    version = await trained_version(replicate)
    pictures: list[bytes] = []
    async with httpx.AsyncClient() as anybody:
        for _ in range(2):
            given: Any = {"seed": 5, "output_format": "png"}
            made: Any = await replicate.predictions.create(version=version, input=given, prefer="wait=10")
            pictures.append((await anybody.get(made.output[0])).content)
    assert pictures[0] == pictures[1]


async def test_a_running_prediction_is_cancelled_at_once(
    replicate: AsyncReplicate, darkroom: RunningDarkroom, ear: Ear
) -> None:
    version = await trained_version(replicate)
    darkroom.tell_engine("hold")
    waiting = await replicate.predictions.create(version=version, input={}, webhook=ear.url)
    await ear.until_status("processing")
    cancelled = await replicate.predictions.cancel(prediction_id=waiting.id)
    assert cancelled.status == "canceled"
    assert (await ear.until_status("canceled"))["id"] == waiting.id
    darkroom.release_engine()
    after = await replicate.predictions.create(version=version, input={}, prefer="wait=10")
    assert after.status == "succeeded"


async def test_a_picture_that_cannot_be_made_is_left_out(replicate: AsyncReplicate, darkroom: RunningDarkroom) -> None:
    version = await trained_version(replicate)
    darkroom.tell_engine("fail-on-seed", "12")
    three: Any = {"num_outputs": 3, "seed": 11}
    made: Any = await replicate.predictions.create(version=version, input=three, prefer="wait=10")
    assert made.status == "succeeded"
    assert [link.rsplit("/", 1)[1] for link in made.output] == ["out-0.webp", "out-2.webp"]
    assert "Picture 2 of 3 could not be made: seed 12" in made.logs


async def test_predictions_are_listed_newest_first_a_hundred_a_page(
    inside: Darkroom, inside_replicate: AsyncReplicate
) -> None:
    begin = now()
    template = new_job("prediction", Version("0" * 64, "darkroom/faces", stamp(begin)), {"input": {}}, stamp(begin))
    moments = [stamp(begin + timedelta(seconds=second)) for second in range(102)]
    for name, moment in enumerate(moments):
        inside.store.jobs.add(replace(template, id=str(name), status="succeeded", created_at=moment))
    newest_first = [str(name) for name in reversed(range(102))]
    predictions = inside_replicate.predictions
    assert len((await predictions.list()).results) == 100
    assert [prediction.id async for prediction in predictions.list()] == newest_first
    last_three = (await predictions.list(created_after=read_stamp(moments[99]))).results
    assert [prediction.id for prediction in last_three] == ["101", "100", "99"]
    first = (await predictions.list(created_before=read_stamp(moments[1]))).results
    assert [prediction.id for prediction in first] == ["0"]


async def test_input_that_does_not_fit_is_refused_field_by_field(replicate: AsyncReplicate) -> None:
    version = await trained_version(replicate)
    given: Any = {"style": "crayon", "num_outputs": 9}
    with pytest.raises(UnprocessableEntityError) as refusal:
        await replicate.predictions.create(version=version, input=given)
    fields = {each["field"]: each for each in refusal.value.response.json()["invalid_fields"]}
    assert fields["input.num_outputs"] == {
        "type": "number_lte",
        "field": "input.num_outputs",
        "description": "Must be less than or equal to 8",
    }
    assert fields["input.style"]["description"] == 'style must be one of the following: "studio", "noir"'


async def test_a_whole_number_may_be_written_with_a_point(replicate: AsyncReplicate, darkroom: RunningDarkroom) -> None:
    given: Any = {"num_outputs": 2.0, "seed": 5.0, "output_format": "png", "output_quality": 80.0}
    version = (await end_of(replicate, await train(replicate, input_more={"steps": 10.0}))).output.version
    made: Any = await replicate.predictions.create(version=version, input=given, prefer="wait=10")
    assert (made.status, made.error, len(made.output)) == ("succeeded", None, 2)
    done = darkroom.done_by_engine()
    assert next(each["steps"] for each in reversed(done) if each["what"] == "learn") == 10
    assert [each["seed"] for each in done if each["what"] == "render"] == [5, 6]


async def test_bad_training_input_is_accepted_and_fails(replicate: AsyncReplicate) -> None:
    training = await train(replicate, input={"input_images": "data:application/zip;base64,UEs=", "steps": 1})
    assert training.status == "starting"
    failed = await end_of(replicate, training)
    assert failed.error == (
        'Prediction input failed validation: {"detail":[{"loc":["body","input","steps"],"msg":"ensure this value is '
        'greater than or equal to 3","type":"value_error.number.not_ge","ctx":{"limit_value":3}}]}'
    )


async def test_a_training_needs_a_destination_that_exists(replicate: AsyncReplicate) -> None:
    with pytest.raises(NotFoundError) as refusal:
        await train(replicate, destination="darkroom/nowhere")
    assert refusal.value.response.json()["detail"] == "The specified training destination does not exist"


async def test_a_deleted_version_takes_its_predictions_and_pictures_along(replicate: AsyncReplicate) -> None:
    full = await trained_version(replicate)
    prediction: Any = await replicate.predictions.create(version=full, input={}, prefer="wait=10")
    version = full.partition(":")[2]
    await replicate.models.versions.delete(model_owner="darkroom", model_name="faces", version_id=version)
    with pytest.raises(NotFoundError):
        await replicate.predictions.get(prediction_id=prediction.id)
    async with httpx.AsyncClient() as anybody:
        assert (await anybody.get(prediction.output[0])).status_code == 404
    with pytest.raises(UnprocessableEntityError) as refusal:
        await replicate.predictions.create(version=full, input={})
    assert refusal.value.response.json()["title"] == "Invalid version or not permitted"
