"""How a training and a prediction are done, step by step, with their logs."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portrait_app.darkroom.catalogue import (
    ASPECT_RATIOS,
    DEFAULT_RATIO,
    motion_schema,
    portrait_schema,
    trainer_schema,
    with_defaults,
)
from portrait_app.darkroom.clock import now, stamp
from portrait_app.darkroom.compute import EngineCrashed, EngineError
from portrait_app.darkroom.diary import Diary
from portrait_app.darkroom.logs import Bar
from portrait_app.darkroom.offers import MOTION
from portrait_app.darkroom.store.rows import Version
from portrait_app.darkroom.wire import WEIGHTS

if TYPE_CHECKING:
    from portrait_app.darkroom.compute import Compute
    from portrait_app.darkroom.fetch import Fetcher
    from portrait_app.darkroom.shelf import Shelf
    from portrait_app.darkroom.store import Job, Store
    from portrait_app.darkroom.webhooks import Webhooks


TRAINING_BAR, MOTION_BAR = "darkroom_train", "darkroom_motion"
_FILM = "out.mp4"
MOST_TRIES = 5  # of one task whose process dies; a whole training takes some 20 s


@dataclass(frozen=True, slots=True)
class Tools:
    """What the work is done with."""

    store: Store
    shelf: Shelf
    compute: Compute
    webhooks: Webhooks
    fetcher: Fetcher


async def do(job: Job, tools: Tools) -> dict[str, Any]:
    """Do what a job asks for.

    Returns: what to write down with the success.
    Raises: EngineError, TaskCancelled, Unfetched, OSError.
    """
    if job.kind == "training":
        return await _train(job, tools)
    return await (_animate if job.model == MOTION else _predict)(job, tools)


async def _train(job: Job, tools: Tools) -> dict[str, Any]:
    """Learn a face model and keep it as a new version of the destination."""
    diary = _open_diary(job, tools, TRAINING_BAR)
    given = with_defaults(trainer_schema(), "TrainingInput", job.input)
    diary.write("Fetching photos")
    photos = await tools.fetcher.bring("input_images", given["input_images"], tools.shelf.given(job.id))
    diary.write("Starting train job")
    version = _version_of(job)
    face_model = tools.shelf.face_model(version)
    task = {"do": "learn", "photos": str(photos), "save_as": str(face_model), "steps": given["steps"], "seed": job.seed}
    await _compute(task, tools, diary)
    shutil.copyfile(face_model, tools.shelf.new_output(job.folder, WEIGHTS))
    diary.write("Face model saved")
    assert job.destination
    tools.store.models.add_version(Version(version, job.destination, stamp(now())))
    return {"trained": version}


async def _animate(job: Job, tools: Tools) -> dict[str, Any]:
    """Make a film of a picture; after a restart from its first frame, which gives the same file."""
    diary = _open_diary(job, tools, MOTION_BAR)
    given = with_defaults(motion_schema(), "Input", job.input)
    diary.write("Fetching the picture")
    picture = await tools.fetcher.bring("image", given["image"], tools.shelf.given(job.id))
    task = {
        "do": "animate",
        "picture": str(picture),
        "save_as": str(tools.shelf.new_output(job.folder, _FILM)),
        "motion": given["motion"],
        "seconds": given["duration"],
        "seed": job.seed,
    }
    await _compute(task, tools, diary)
    if _FILM not in job.outputs:
        diary.add_output(_FILM)
    return {}


async def _predict(job: Job, tools: Tools) -> dict[str, Any]:
    """Make the portraits that are not there yet, telling of each when it is done; one that fails is left out.

    Raises: EngineError: not one could be made.
    """
    diary = _open_diary(job, tools)
    given = with_defaults(portrait_schema(tools.compute.styles), "Input", job.input)
    count = given["num_outputs"]
    bar = Bar("", count)
    diary.draw(bar, len(job.outputs))
    failure: EngineError | None = None
    for index in range(count):
        name = f"out-{index}.{given['output_format']}"
        if name in job.outputs:
            continue
        try:
            await _compute(_portrait_task(job, given, index, name, tools), tools, diary)
        except EngineError as error:
            failure = error
            diary.write(f"Picture {index + 1} of {count} could not be made: {error}")
        else:
            diary.add_output(name)
        diary.draw(bar, index + 1)
    if failure and not diary.outputs:
        raise failure
    return {}


def clean_up(job: Job, tools: Tools) -> None:
    """Throw away what only the work needed, and the face model of a training that didn't come to its end."""
    tools.shelf.discard_work(job.id)
    if job.kind == "training" and tools.store.models.version(_version_of(job)) is None:
        tools.shelf.discard_face_model(_version_of(job))


def _version_of(training: Job) -> str:
    # The same job gives the same version: a second attempt after a kill overwrites what the first one left.
    return hashlib.sha256(training.id.encode()).hexdigest()


def _open_diary(job: Job, tools: Tools, bar_label: str = "") -> Diary:
    diary = Diary(job, tools.store.jobs, tools.webhooks, bar_label)
    diary.write("The darkroom was restarted; continuing" if job.attempts > 1 else f"Using seed: {job.seed}")
    return diary


async def _compute(task: dict[str, Any], tools: Tools, diary: Diary) -> None:
    """Have a task done; anew when its process was killed, which is nobody's fault.

    Raises: EngineCrashed: it was killed each time; the task itself may be what kills it, as by taking all memory.
    """
    for tries_left in reversed(range(MOST_TRIES)):
        try:
            return await tools.compute.run(task, diary.hear)
        except EngineCrashed:
            if not tries_left:
                raise
        diary.begin_again()
        diary.write("The engine was interrupted; trying once more")
    raise AssertionError("the last try returns or raises")


def _portrait_task(job: Job, given: dict[str, Any], index: int, name: str, tools: Tools) -> dict[str, Any]:
    width, height = _size(given)
    return {
        "do": "render",
        "model": str(tools.shelf.face_model(job.version)),
        "style": given["style"],
        "width": width,
        "height": height,
        "seed": job.seed + index,
        "format": given["output_format"],
        "quality": given["output_quality"],
        "save_as": str(tools.shelf.new_output(job.folder, name)),
    }


def _size(given: dict[str, Any]) -> tuple[int, int]:
    ratio = given["aspect_ratio"]
    if ratio != "custom":
        return ASPECT_RATIOS[ratio]
    width, height = ASPECT_RATIOS[DEFAULT_RATIO]
    return given.get("width", width), given.get("height", height)
