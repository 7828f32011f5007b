"""How a training and a prediction are done, step by step, with their logs."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portrait_app.darkroom.catalogue import ASPECT_RATIOS, DEFAULT_RATIO, portrait_schema, trainer_schema, with_defaults
from portrait_app.darkroom.clock import now, stamp
from portrait_app.darkroom.compute import TaskCancelled
from portrait_app.darkroom.logs import Bar
from portrait_app.darkroom.store.rows import Version
from portrait_app.darkroom.wire import WEIGHTS

if TYPE_CHECKING:
    from portrait_app.darkroom.compute import Compute
    from portrait_app.darkroom.fetch import Fetcher
    from portrait_app.darkroom.shelf import Shelf
    from portrait_app.darkroom.store import Job, Store
    from portrait_app.darkroom.store.rows import Event
    from portrait_app.darkroom.webhooks import Webhooks

TRAINING_BAR = "darkroom_train"


@dataclass(frozen=True, slots=True)
class Tools:
    """What the work is done with."""

    store: Store
    shelf: Shelf
    compute: Compute
    webhooks: Webhooks
    fetcher: Fetcher


async def train(job: Job, tools: Tools) -> dict[str, Any]:
    """Learn a face model and keep it as a new version of the destination.

    Returns: what to write down with the success.
    Raises: EngineError, TaskCancelled, Unfetched, OSError.
    """
    diary = _Diary(job, tools)
    given = with_defaults(trainer_schema(), "TrainingInput", job.input)
    diary.write(f"Using seed: {job.seed}")
    diary.write("Fetching photos")
    photos = await tools.fetcher.bring(given["input_images"], tools.shelf.photos(job.id))
    diary.write("Starting train job")
    version = _version_of(job)
    face_model = tools.shelf.face_model(version)
    task = {"do": "learn", "photos": str(photos), "save_as": str(face_model), "steps": given["steps"], "seed": job.seed}
    await tools.compute.run(task, diary.hear)
    shutil.copyfile(face_model, tools.shelf.new_output(job.folder, WEIGHTS))
    diary.write("Face model saved")
    assert job.destination
    tools.store.models.add_version(Version(version, job.destination, stamp(now())))
    return {"trained": version}


async def predict(job: Job, tools: Tools) -> dict[str, Any]:
    """Make the portraits that are not there yet, telling of each when it is done.

    Returns: what to write down with the success.
    Raises: EngineError, TaskCancelled, OSError.
    """
    diary = _Diary(job, tools)
    given = with_defaults(portrait_schema(tools.compute.styles), "Input", job.input)
    width, height = _size(given)
    count, kind = given["num_outputs"], given["output_format"]
    if not job.outputs:
        diary.write(f"Using seed: {job.seed}")
    bar = Bar("", count)
    diary.draw(bar, len(job.outputs))
    for index in range(len(job.outputs), count):
        name = f"out-{index}.{kind}"
        task = {
            "do": "render",
            "model": str(tools.shelf.face_model(job.version)),
            "style": given["style"],
            "width": width,
            "height": height,
            "seed": job.seed + index,
            "format": kind,
            "quality": given["output_quality"],
            "save_as": str(tools.shelf.new_output(job.folder, name)),
        }
        await tools.compute.run(task, diary.hear)
        diary.add_output(name)
        diary.draw(bar, index + 1)
    return {}


def clean_up(job: Job, tools: Tools) -> None:
    """Throw away what only the work needed, and the face model of a training that didn't come to its end."""
    tools.shelf.discard_work(job.id)
    if job.kind == "training" and tools.store.models.version(_version_of(job)) is None:
        tools.shelf.discard_face_model(_version_of(job))


def _version_of(training: Job) -> str:
    # The same job gives the same version: a second attempt after a kill overwrites what the first one left.
    return hashlib.sha256(training.id.encode()).hexdigest()


def _size(given: dict[str, Any]) -> tuple[int, int]:
    ratio = given["aspect_ratio"]
    width, height = ASPECT_RATIOS[DEFAULT_RATIO if ratio == "custom" else ratio]
    return (given.get("width", width), given.get("height", height)) if ratio == "custom" else (width, height)


class _Diary:
    """Writes a job's log and outputs as they come, and has its client told."""

    def __init__(self, job: Job, tools: Tools) -> None:
        self._id = job.id
        self._jobs = tools.store.jobs
        self._webhooks = tools.webhooks
        self._logs = job.logs
        self._outputs = job.outputs
        self._phase = ""
        self._bar: Bar | None = None
        if job.attempts > 1:
            self.write("The darkroom was restarted; continuing")

    def write(self, line: str) -> None:
        """Add a line to the log.

        Raises: TaskCancelled: the job was ended meanwhile.
        """
        self._logs += f"{line}\n"
        self._tell("logs", logs=self._logs)

    def draw(self, bar: Bar, done: int) -> None:
        """Add a bar to the log, unless one was drawn a moment ago."""
        line = bar.draw(done)
        if line:
            self.write(line)

    def hear(self, news: dict[str, Any]) -> None:
        """Turn the child's news of its progress into lines: the phase when it changes, and the bar."""
        done, total, phase = news["progress"]
        # Whoever ended the job has told the child as well: its last words are merely not written down.
        with contextlib.suppress(TaskCancelled):
            if phase != self._phase:
                self._phase = phase
                self.write(phase)
            self._bar = self._bar or Bar(TRAINING_BAR, total)
            self.draw(self._bar, done)

    def add_output(self, name: str) -> None:
        """One more picture is ready.

        Raises: TaskCancelled: the job was ended meanwhile.
        """
        self._outputs = (*self._outputs, name)
        self._tell("output", outputs=self._outputs)

    def _tell(self, event: Event, **fields: Any) -> None:
        job = self._jobs.change(self._id, **fields)
        if job is None:
            raise TaskCancelled
        self._webhooks.tell(job, event)
