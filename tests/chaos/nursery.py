"""Where our processes come from when they are started, and how one of them is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

STOP_S = 12.0


class Nursery:
    """The process that has loaded our code, and of which all the others are forks (`begin`).

    Args: environment: all of it, for each of them.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._ask, asked = socket.socketpair()
        with asked:
            command = [sys.executable, "-m", "tests.chaos.begin", str(asked.fileno())]
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, pass_fds=[asked.fileno()], start_new_session=True
            )

    def begin(self, name: str, files: Sequence[int]) -> psutil.Process:
        """Have `worker` or `web` begun, with its leash, its log and where it listens."""
        socket.send_fds(self._ask, [name.encode()], files)
        with self._ask.makefile() as answers:
            return psutil.Process(int(answers.readline()))

    def close(self) -> None:
        """Let it end; whom it began is not touched."""
        self._ask.close()
        self._process.wait()


class Killable:
    """A process of the house that a test may kill.

    Args: name: `worker` or `web`. log: takes what it prints. hands: where it listens.
    """

    def __init__(self, name: str, nursery: Nursery, log: Path, hands: Sequence[int]) -> None:
        self.name = name
        self._nursery, self._log, self._hands = nursery, log, hands
        self._process: psutil.Process | None = None
        self._leash: int | None = None

    def start(self) -> None:
        """Begin it, and tell it at once that what it stands on is there."""
        stdin, self._leash = os.pipe()
        with self._log.open("ab") as log:
            self._process = self._nursery.begin(self.name, [stdin, log.fileno(), *self._hands])
        os.close(stdin)
        os.write(self._leash, b".")

    def kill(self) -> None:
        """End it and all it started without a warning."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
        if self._leash is not None:
            os.close(self._leash)
        self._process = self._leash = None

    def ask_to_end(self) -> None:
        """Ask it and all it started to end; returns at once."""
        self._signal(signal.SIGTERM)

    def end(self) -> None:
        """Wait until it has ended, and make it end when it takes too long."""
        if self._process is not None:
            with contextlib.suppress(psutil.TimeoutExpired):
                self._process.wait(STOP_S)
        self.kill()

    def _signal(self, number: int) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS refuses a group of zombies
                os.killpg(self._process.pid, number)
