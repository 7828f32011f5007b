"""A darkroom in a process of its own, an ear for its webhooks, and what most tests do first."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import signal
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from replicate import AsyncReplicate, ConflictError
from starlette.responses import Response

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Callable, Generator

    from starlette.requests import Request

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-for-tests"
ENGINE = "tests.darkroom.fake_engine:FakeEngine"
PATIENCE_S = 60


@dataclass
class RunningDarkroom:
    """A darkroom's process over a folder that outlives it."""

    folder: Path
    port: int = 0
    process: Process | None = None
    engine_name: str = ENGINE
    models: Path | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def engine(self) -> Path:
        """The folder of model files; the fake engine obeys what lies in it."""
        return self.models or self.folder / "models"

    async def start(self) -> None:
        self.engine.mkdir(exist_ok=True)
        command = [
            sys.executable,
            "-m",
            "portrait_app.darkroom",
            "--port",
            str(self.port),
            "--engine",
            self.engine_name,
        ]
        folders = ["--data", str(self.folder / "data"), "--models", str(self.engine)]
        with (self.folder / "log.txt").open("a") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command,
                *folders,
                cwd=ROOT,
                env=os.environ | {"DARKROOM_TOKEN": TOKEN},
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self.process.stdout
        ready = (await asyncio.wait_for(self.process.stdout.readline(), PATIENCE_S)).decode()
        assert ready.startswith("darkroom: ready at http://127.0.0.1:"), (self.folder / "log.txt").read_text()
        self.port = int(ready.split(";")[0].rsplit(":", 1)[1])

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; its exit code."""
        assert self.process
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), PATIENCE_S)

    def tell_engine(self, word: str, text: str = "") -> None:
        (self.engine / word).write_text(text)

    def free_engine(self) -> None:
        """Take back all that was told."""
        for word in self.engine.iterdir():
            word.unlink()

    def release_engine(self) -> None:
        (self.engine / "hold").unlink()

    async def until_engine_is_asked(self, *, more_than: int) -> None:
        """Wait until the engine was asked for more than so many things."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.done_by_engine()) <= more_than:  # noqa: ASYNC110 - another process writes the file
                await asyncio.sleep(0.02)

    def done_by_engine(self) -> list[dict[str, Any]]:
        path = self.engine / "done.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@dataclass
class Heard:
    """One webhook as it came."""

    body: dict[str, Any]
    raw: bytes
    headers: dict[str, str]
    at: float


class Ear:
    """Takes webhooks in, and answers as it is told to."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: list[int] = []
        self.url = ""
        self._news = asyncio.Condition()

    async def take(self, request: Request) -> Response:
        raw = await request.body()
        now = asyncio.get_running_loop().time()
        async with self._news:
            self.heard.append(Heard(json.loads(raw), raw, dict(request.headers), now))
            self._news.notify_all()
        return Response(status_code=self.answers.pop(0) if self.answers else 204, headers={"location": self.url})

    async def until(self, is_enough: Callable[[list[Heard]], object]) -> list[Heard]:
        """Wait until what was heard is enough."""
        async with self._news, asyncio.timeout(PATIENCE_S):
            await self._news.wait_for(lambda: is_enough(self.heard))
        return self.heard

    async def until_status(self, status: str) -> dict[str, Any]:
        heard = await self.until(lambda heard: heard and heard[-1].body["status"] == status)
        return heard[-1].body


class QuietServer(uvicorn.Server):
    """A server inside a test, which leaves the signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def zip_of(**entries: bytes) -> bytes:
    """A zip with these entries."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return whole.getvalue()


PHOTOS = zip_of(**{f"{number}.jpg": b"not really a photo" for number in range(4)})


async def train(
    client: AsyncReplicate, *, photos: bytes = PHOTOS, input_more: dict[str, Any] | None = None, **more: Any
) -> Any:
    """Make a destination if there is none, upload a zip of photos, and ask for a training on them."""
    with contextlib.suppress(ConflictError):
        await client.models.create(owner="darkroom", name="faces", visibility="private", hardware="cpu")
    trainer: Any = await client.models.get(model_owner="darkroom", model_name="face-trainer")
    file: Any = await client.files.create(content=("photos.zip", photos, "application/zip"))
    wanted: dict[str, Any] = {"input_images": file.urls.get, "seed": 7} | (input_more or {})
    given: dict[str, Any] = {"input": wanted, "destination": "darkroom/faces"}
    version = trainer.latest_version.id
    return await client.trainings.create(
        model_owner="darkroom", model_name="face-trainer", version_id=version, **(given | more)
    )


async def end_of(client: AsyncReplicate, job: Any) -> Any:
    """Poll a prediction or training until it has ended, as a client without webhooks would."""
    async with asyncio.timeout(PATIENCE_S):
        while job.status in {"starting", "processing"}:
            await asyncio.sleep(0.02)
            is_training = job.model == "darkroom/face-trainer"
            get = (
                client.trainings.get(training_id=job.id)
                if is_training
                else client.predictions.get(prediction_id=job.id)
            )
            job = await get
    return job


async def trained_version(client: AsyncReplicate) -> str:
    """Train, and give the new version as `owner/name:id`."""
    training = await end_of(client, await train(client))
    assert training.status == "succeeded", training.error
    return training.output.version
