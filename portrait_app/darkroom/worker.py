"""The child process that works on pixels: takes tasks as lines of JSON on stdin, answers in the same way on stdout."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import queue
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portrait_app.darkroom.cancelled import Cancelled
from portrait_app.darkroom.shelf import DISK_FULL, is_full
from portrait_app.faces.weights import MissingModelFiles
from portrait_app.pictures import to_jpeg, to_png, to_webp

if TYPE_CHECKING:
    from portrait_app.darkroom.engine import Engine
    from portrait_app.pictures.pixels import Pixels

NICENESS = 5
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Load the engine named on the command line and serve until stdin ends."""
    engine_name, models = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends this process
    os.nice(NICENESS)
    _die_with_parent()
    channel = Channel()
    try:
        module, _, name = engine_name.partition(":")
        engine: Engine = getattr(importlib.import_module(module), name)(Path(models))
        channel.send(styles=list(engine.styles))
    except Exception as error:  # noqa: BLE001 - whatever it is, the server says it to whoever starts it
        if not isinstance(error, MissingModelFiles):  # which says all there is to say in one sentence
            traceback.print_exc()
        channel.send(error=f"The engine could not start: {error}")
        return
    while task := channel.next_task():
        _work(engine, task, channel)
        _give_memory_back()


class Channel:
    """The pipe to the server. Cancelling is heard by a thread, while the task is being worked on."""

    def __init__(self) -> None:
        # Libraries that print must not speak into the conversation: what they print goes to stderr.
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._tasks: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._cancelled = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, **message: Any) -> None:
        """Say one thing to the server."""
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()

    def tell_progress(self, done: int, total: int, phase: str) -> None:
        """Say how far the present task is, and what is being done now."""
        self.send(progress=[done, total, phase])

    def next_task(self) -> dict[str, Any] | None:
        """Wait for a task."""
        task = self._tasks.get()
        self._cancelled.clear()
        return task

    def is_cancelled(self) -> bool:
        """Whether the server wants the present task stopped."""
        return self._cancelled.is_set()

    def _listen(self) -> None:
        for line in sys.stdin:
            message = json.loads(line)
            if message["do"] == "cancel":
                self._cancelled.set()
            else:
                self._tasks.put(message)
        os._exit(0)  # the server is gone: nobody would hear the rest


def _work(engine: Engine, task: dict[str, Any], channel: Channel) -> None:
    try:
        _TASKS[task["do"]](engine, task, channel)
    except Cancelled:
        channel.send(cancelled=True)
    except Exception as error:  # noqa: BLE001 - one failed task must not end the next
        with contextlib.suppress(OSError):  # the log may lie on the disk that is full
            traceback.print_exc()
        channel.send(error=DISK_FULL if is_full(error) else str(error) or type(error).__name__)
    else:
        channel.send(done=True)


def _learn(engine: Engine, task: dict[str, Any], channel: Channel) -> None:
    save_as = Path(task["save_as"])
    unfinished = save_as.with_name(f"unfinished-{save_as.name}")
    engine.learn(
        Path(task["photos"]),
        unfinished,
        steps=task["steps"],
        seed=task["seed"],
        progress=channel.tell_progress,
        is_cancelled=channel.is_cancelled,
    )
    unfinished.replace(save_as)


def _render(engine: Engine, task: dict[str, Any], channel: Channel) -> None:
    pixels = engine.render(
        Path(task["model"]),
        task["style"],
        width=task["width"],
        height=task["height"],
        seed=task["seed"],
        is_cancelled=channel.is_cancelled,
    )
    save_as = Path(task["save_as"])
    unfinished = save_as.with_name(f".{save_as.name}")
    unfinished.write_bytes(_encode(pixels, task["format"], task["quality"]))
    unfinished.replace(save_as)


def _animate(engine: Engine, task: dict[str, Any], channel: Channel) -> None:
    save_as = Path(task["save_as"])
    unfinished = save_as.with_name(f".{save_as.name}")
    try:
        engine.animate(
            Path(task["picture"]),
            unfinished,
            motion=task["motion"],
            seconds=task["seconds"],
            seed=task["seed"],
            progress=channel.tell_progress,
            is_cancelled=channel.is_cancelled,
        )
        unfinished.replace(save_as)
    finally:
        unfinished.unlink(missing_ok=True)  # what was filmed before it was called off


_TASKS = {"learn": _learn, "render": _render, "animate": _animate}


def _encode(pixels: Pixels, kind: str, quality: int) -> bytes:
    match kind:
        case "png":
            return to_png(pixels)
        case "jpg":
            return to_jpeg(pixels, quality=quality)
        case _:
            return to_webp(pixels, quality=quality)


def _die_with_parent() -> None:
    """Have the kernel end this process with its parent, in the middle of a long computation too (Linux)."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit()


def _give_memory_back() -> None:
    """Return freed memory to the system (glibc keeps it otherwise)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


if __name__ == "__main__":
    main()
