"""What Replicate forgets, a darkroom forgets: outputs after an hour, files after a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from portrait_app.darkroom.clock import now
from portrait_app.darkroom.retention import sweep
from tests.darkroom.running import PHOTOS, end_of, train, trained_version

if TYPE_CHECKING:
    import httpx
    from replicate import AsyncReplicate

    from portrait_app.darkroom.darkroom import Darkroom


def pass_time(darkroom: Darkroom, **duration: float) -> None:
    sweep(darkroom.store, darkroom.shelf, now() + timedelta(**duration))


async def test_an_hour_after_its_end_a_prediction_is_an_empty_shell(
    inside: Darkroom, inside_replicate: AsyncReplicate, inside_http: httpx.AsyncClient
) -> None:
    version = await trained_version(inside_replicate)
    made: Any = await inside_replicate.predictions.create(version=version, input={"seed": 3}, prefer="wait=10")
    pass_time(inside, minutes=59)
    assert (await inside_http.get(made.output[0])).status_code == 200
    pass_time(inside, minutes=61)
    assert (await inside_http.get(made.output[0])).status_code == 404
    shell = await inside_replicate.predictions.get(prediction_id=made.id)
    assert (shell.status, shell.data_removed, shell.output) == ("succeeded", True, None)
    assert (shell.input, shell.logs) == ({}, "")


async def test_a_trained_version_outlives_its_training(inside: Darkroom, inside_replicate: AsyncReplicate) -> None:
    training = await end_of(inside_replicate, await train(inside_replicate))
    pass_time(inside, hours=30)
    again = await inside_replicate.trainings.get(training_id=training.id)
    assert again.output
    assert again.output.version == training.output.version
    good = await inside_replicate.predictions.create(version=training.output.version, input={}, prefer="wait=10")
    assert good.status == "succeeded"


async def test_an_upload_that_was_never_written_down_is_thrown_away(inside: Darkroom) -> None:
    stray, known = inside.shelf.file("stray"), inside.shelf.file("known")
    stray.write_bytes(PHOTOS)
    known.write_bytes(PHOTOS)
    inside.shelf.discard_strays(["known"])
    assert (stray.exists(), known.exists()) == (False, True)


async def test_an_uploaded_file_lives_for_a_day(inside: Darkroom, inside_replicate: AsyncReplicate) -> None:
    file = await inside_replicate.files.create(content=("photos.zip", PHOTOS, "application/zip"))
    path = inside.shelf.file(file.id)
    pass_time(inside, hours=23)
    assert path.exists()
    pass_time(inside, hours=25)
    assert not path.exists()
    assert (await inside_replicate.files.list()).results == []
