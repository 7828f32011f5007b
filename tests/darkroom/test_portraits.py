"""The whole darkroom with its real engine: photos of a person in, portraits of that person out."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import av
import httpx
import numpy as np
import psutil
import pytest
import pytest_asyncio
from PIL import Image

from portrait_app.darkroom.options import PORTRAIT_ENGINE
from portrait_app.faces.identity import SAME_PERSON, distance
from tests.darkroom.running import RunningDarkroom, end_of, train, zip_of
from tests.models import face_reader, models
from tests.photos import PRESIDENTS, photo, pixels

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from replicate import AsyncReplicate

MAX_MEMORY = 700 * 1024 * 1024


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_darkroom(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningDarkroom]:
    """One with the portrait engine."""
    darkroom = RunningDarkroom(tmp_path_factory.mktemp("darkroom"), engine_name=PORTRAIT_ENGINE, models=models())
    await darkroom.start()
    yield darkroom
    await darkroom.end()


@pytest.fixture
def darkroom(shared_darkroom: RunningDarkroom) -> RunningDarkroom:
    """Nobody tells this engine what to do."""
    return shared_darkroom


async def test_photos_become_portraits_of_the_same_person(replicate: AsyncReplicate, darkroom: RunningDarkroom) -> None:
    training = await end_of(replicate, await train(replicate, photos=photos()))
    assert training.status == "succeeded", training.error
    assert "reading photos" in training.logs
    wanted: Any = {"style": "studio", "aspect_ratio": "custom", "width": 512, "height": 640, "seed": 1}
    made: Any = await replicate.predictions.create(version=training.output.version, input=wanted, prefer="wait=60")
    assert made.status == "succeeded", made.error
    async with httpx.AsyncClient() as anybody:
        content = (await anybody.get(made.output[0])).content
    portrait = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    assert portrait.shape == (640, 512, 3)
    assert distance(identity(portrait), identity(pixels("president-1.jpg"))) < SAME_PERSON
    assert memory(darkroom) < MAX_MEMORY


async def test_a_portrait_is_set_in_motion(replicate: AsyncReplicate, darkroom: RunningDarkroom) -> None:
    picture: Any = await replicate.files.create(
        content=("portrait", photo("president-1.jpg").read_bytes(), "image/jpeg")
    )
    wanted: Any = {"image": picture.urls.get, "duration": 2, "seed": 1}
    made: Any = await replicate.predictions.create(version="darkroom/portrait-motion", input=wanted, prefer="wait=60")
    assert made.status == "succeeded", made.error
    assert "filming\n" in made.logs
    assert "darkroom_motion: 100%|██████████| 48/48" in made.logs
    async with httpx.AsyncClient() as anybody:
        content = (await anybody.get(made.output)).content
    with av.open(io.BytesIO(content)) as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height, stream.frames) == (720, 900, 48)
    assert memory(darkroom) < MAX_MEMORY


async def test_a_picture_that_is_none_is_named_as_the_reason(replicate: AsyncReplicate) -> None:
    wanted: Any = {"image": "data:image/png;base64,bm90IGEgcGljdHVyZQ=="}
    made: Any = await replicate.predictions.create(version="darkroom/portrait-motion", input=wanted, prefer="wait=60")
    assert (made.status, made.output) == ("failed", None)
    assert made.error.startswith("The picture could not be read: ")


async def test_photos_without_a_face_are_named_as_the_reason(replicate: AsyncReplicate) -> None:
    cats = zip_of(**{"cat.png": photo("cat.png").read_bytes()})
    failed = await end_of(replicate, await train(replicate, photos=cats))
    assert (failed.status, failed.error) == ("failed", "None of the photos shows a face.")


async def test_a_training_stops_when_it_is_cancelled(replicate: AsyncReplicate) -> None:
    training = await train(replicate, photos=photos())
    async with asyncio.timeout(20):
        while "darkroom_train" not in ((await replicate.trainings.get(training_id=training.id)).logs or ""):  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.05)
    cancelled = await replicate.trainings.cancel(training_id=training.id)
    assert (cancelled.status, cancelled.output) == ("canceled", None)
    after = await end_of(replicate, await train(replicate, photos=photos("astronaut.png")))
    assert after.status == "succeeded"


def photos(*names: str) -> bytes:
    """A zip of these photos; of the president's if none are named."""
    return zip_of(**{name: photo(name).read_bytes() for name in names or PRESIDENTS})


def identity(picture: np.ndarray) -> np.ndarray:
    """Whose face a picture shows, in 128 numbers."""
    return face_reader().identity(picture, face_reader().faces(picture)[0])


def memory(darkroom: RunningDarkroom) -> int:
    """What the server and its engine hold in memory, in bytes."""
    assert darkroom.process
    server = psutil.Process(darkroom.process.pid)
    return sum(process.memory_info().rss for process in (server, *server.children()))
