"""The parent's side of the child process that works on pixels: one task at a time, and a crash costs one task only."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Callable

log = structlog.get_logger()

GRACE_S = 1.0
_LINE_LIMIT = 1024 * 1024


class EngineError(Exception):
    """The task failed; the message is the engine's own and fit for a client to read."""


class EngineCrashed(EngineError):
    """The child process died in the middle of the task, or while it was starting for it."""

    def __init__(self) -> None:
        super().__init__("Prediction interrupted; please retry (code: PA)")


class EngineNotStarted(EngineError):
    """The child process ended before it was ready."""

    def __init__(self) -> None:
        super().__init__("The engine's process ended while it was starting; its own words are above.")


class TaskCancelled(Exception):
    """The task was stopped on request."""


# glibc's: a picture's memory stays with the process while it works (each megabyte asked of the kernel anew is zeroed
# first, which cost half as much again of the whole work), and goes back when the task is done (`worker`).
_MEMORY = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "67108864", "MALLOC_TRIM_THRESHOLD_": "134217728"}
# The darkroom shares its work among threads itself; those that OpenBLAS adds wait in circles, and doubled the time.
_THREADS = {"OPENBLAS_NUM_THREADS": "1"}


class Compute:
    """Starts the child, gives it tasks as lines of JSON, hears its news, and starts another when it dies.

    Args: engine: the class that works on pixels, as "module:Class". models: the folder of the model files.
    """

    def __init__(self, engine: str, models: Path) -> None:
        self._command = (sys.executable, "-m", "portrait_app.darkroom.worker", engine, str(models))
        self._process: Process | None = None
        self._is_busy = False
        self._is_cancelled = False
        self._killing: asyncio.TimerHandle | None = None
        self.styles: list[str] = []

    async def start(self) -> None:
        """Start the child and wait until its models are loaded, so that the first task finds it warm.

        Raises: EngineError: it cannot start; the message says why.
        """
        root = str(Path(__file__).parents[2])
        paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        given = os.environ | _MEMORY | _THREADS | {"PYTHONPATH": paths}
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, limit=_LINE_LIMIT, env=given
        )
        hello = await self._hear()
        if hello is None:
            await self._process.wait()  # so that it is known to be gone, and the next task starts another
            raise EngineNotStarted
        if "error" in hello:
            raise EngineError(hello["error"])
        self.styles = hello["styles"]

    async def run(self, task: dict[str, Any], on_news: Callable[[dict[str, Any]], None]) -> None:
        """Give the child a task and wait for its end.

        Args: task: what to do, in the words of `worker`. on_news: called with each message on the way.
        Raises: EngineError: the task failed. TaskCancelled: `cancel` was called meanwhile.
        """
        self._is_busy, self._is_cancelled = True, False
        try:
            if self._process is None or self._process.returncode is not None:
                await self.start()
            await self._converse(task, on_news)
        except EngineNotStarted as error:
            raise EngineCrashed from error
        except (EngineError, TaskCancelled):
            raise
        except BaseException:
            self._kill()  # nobody listens to the rest of this task, and the next one must not hear it
            raise
        finally:
            self._is_busy = False
            if self._killing:
                self._killing.cancel()
                self._killing = None

    def cancel(self) -> bool:
        """Stop the present task: politely first, by killing the child when that takes more than a second.

        Returns: whether there is one.
        """
        if not self._is_busy or self._is_cancelled:
            return self._is_busy
        self._is_cancelled = True
        self._send({"do": "cancel"})
        self._killing = asyncio.get_running_loop().call_later(GRACE_S, self._kill)
        return True

    async def close(self) -> None:
        """End the child."""
        self._kill()
        if self._process:
            await self._process.wait()

    @property
    def pid(self) -> int | None:
        """The child's process id, while it lives."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def _converse(self, task: dict[str, Any], on_news: Callable[[dict[str, Any]], None]) -> None:
        self._send(task)
        while (news := await self._hear()) is not None:
            if "done" in news:
                return
            if "cancelled" in news:
                raise TaskCancelled
            if "error" in news:
                raise EngineError(news["error"])
            on_news(news)
        assert self._process
        code = await self._process.wait()
        if self._is_cancelled:
            raise TaskCancelled
        log.warning("engine.crashed", code=code)
        raise EngineCrashed

    def _send(self, message: dict[str, Any]) -> None:
        # A child that is gone is noticed when it is listened to.
        with contextlib.suppress(ConnectionError):
            if self._process and self._process.stdin:
                self._process.stdin.write(json.dumps(message).encode() + b"\n")

    async def _hear(self) -> dict[str, Any] | None:
        assert self._process
        assert self._process.stdout
        line = await self._process.stdout.readline()
        return json.loads(line) if line.endswith(b"\n") else None

    def _kill(self) -> None:
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
