"""The whole studio as a person starts it, in a data folder of its own, with processes that a test may kill."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil

from portrait_app.settings import Settings
from tests.models import models
from tests.variables import unset

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 180  # a first start builds the page
STOPPED_WITHIN_S = 30


class Running:
    """`python -m portrait_app run`, until it is stopped or killed; starting again finds everything where it was."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.url = f"http://localhost:{port}"
        self.process: asyncio.subprocess.Process | None = None
        self.said: list[str] = []

    @property
    def settings(self) -> Settings:
        """What its processes read, for a test that looks into its database."""
        return Settings.model_validate({"PORTRAIT_DATA_DIR": self.folder, "PORT": self.port})

    @property
    def engine(self) -> tuple[str, dict[str, str]]:
        """The address of its darkroom's API, and the header that opens it."""
        port = (self.folder / "darkroom" / "port").read_text().strip()
        token = (self.folder / "secrets" / "darkroom.token").read_text().strip()
        return f"http://127.0.0.1:{port}/v1", {"Authorization": f"Bearer {token}"}

    async def start(self) -> None:
        """Start, and wait until the page is served."""
        environment = {**unset(), "PORTRAIT_DATA_DIR": str(self.folder), "PORT": str(self.port)}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "portrait_app", "run",
            cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        assert self.process.stdout is not None
        async with asyncio.timeout(READY_WITHIN_S):
            while line := (await self.process.stdout.readline()).decode():
                self.said.append(line)
                if "Ready at" in line:
                    self._drain = asyncio.create_task(self._note(self.process.stdout))
                    return
        raise AssertionError(f"the studio ended before it was ready:\n{''.join(self.said)}")

    async def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """End it, gently or not, and wait until it has ended."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(STOPPED_WITHIN_S):
            await self.process.wait()
        await self._drain

    async def _note(self, output: asyncio.StreamReader) -> None:
        while line := await output.readline():
            self.said.append(line.decode())

    def part(self, word: str) -> psutil.Process:
        """Return the process of one part by a word of its command: `web`, `worker` or `darkroom`."""
        assert self.process is not None
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):  # a zombie of one that was killed before
                if word in child.cmdline():
                    return child
        raise AssertionError(f"no process {word}")

    def compute(self) -> psutil.Process:
        """Return the darkroom's child that works on pixels."""
        return self.part("portrait_app.darkroom.worker")

    def postgres(self) -> psutil.Process:
        """Return the database's process."""
        return psutil.Process(int((self.folder / "postgres/data/postmaster.pid").read_text().split()[0]))

    def everybody(self) -> list[psutil.Process]:
        """Return every process of it, the keeper's own and the database's too."""
        assert self.process is not None
        keeper = psutil.Process(self.process.pid)
        database = self.postgres()
        return [keeper, *keeper.children(recursive=True), database, *database.children(recursive=True)]

    async def healthy(self) -> None:
        """Wait until every part answers."""
        async with asyncio.timeout(60), httpx.AsyncClient() as client:
            while True:
                try:
                    if (await client.get(f"{self.url}/api/health")).is_success:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)  # nothing announces that a killed process is back


@contextlib.asynccontextmanager
async def studio(folder: Path) -> AsyncGenerator[Running]:
    """Run a studio with the model files that the set-up fetched."""
    shutil.copytree(models(), folder / "models", ignore=shutil.ignore_patterns(".*"))  # others may be fetching theirs
    running = Running(folder, _free_port())
    await running.start()
    try:
        yield running
    except BaseException as error:
        error.add_note(f"The studio said:\n{''.join(running.said)}")
        raise
    finally:
        await running.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
