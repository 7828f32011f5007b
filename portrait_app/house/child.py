"""One process the keeper keeps: started, watched, started again when it dies, and ended with all it started."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections import deque
from typing import TYPE_CHECKING, BinaryIO

from portrait_app.adapters.logbook import hold
from portrait_app.house import leash
from portrait_app.house.failures import KeepsDying
from portrait_app.house.folder import last_line
from portrait_app.jobs import deaths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MOST_DEATHS = 5
WITHIN_SECONDS = 60.0
STOP_SECONDS = 12.0
_LONGEST_PAUSE_SECONDS = 5.0
_LARGEST_LOG_BYTES = 20 << 20


def run_once(command: Sequence[str], environment: Mapping[str, str], log: Path) -> int:
    """Run a program to its end; nothing it started outlives this call, even when Ctrl-C ends it.

    Returns: its exit code.
    """
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    try:
        return process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _put_aside(log: BinaryIO, aside: Path) -> None:
    """Copy a log and empty it. What is written while megabytes are copied is taken along."""
    with aside.open("wb") as kept:
        shutil.copyfileobj(log, kept)
        kept.write(log.read())
        kept.flush()  # all of it, before what it was copied from is emptied
        log.truncate(0)


class Child:
    """A process of the house.

    Args: name: what people call it. command: program and arguments. environment: all of it. log: takes what it prints.
        hands: files it inherits.
    """

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, hands: Sequence[int] = ()
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._environment = {**environment, leash.VARIABLE: "stdin"}
        self._hands = tuple(hands)
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths: deque[float] = deque(maxlen=MOST_DEATHS)
        self._start_at = 0.0
        self._may_go = False
        self._is_excused = False

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it, in a session of its own: Ctrl-C in the terminal is the keeper's to answer."""
        self._keep_log_short()
        self._is_excused = False
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env={**self._environment, deaths.VARIABLE: str(self._recent_deaths())},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=self._hands,
                start_new_session=True,
            )
        if self._may_go:
            self.let_go()

    def let_go(self) -> None:
        """Tell it, and every one started in its place, that what it stands on is there."""
        self._may_go = True
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it has just died; its successor is told
                self._process.stdin.write(b".")
                self._process.stdin.flush()

    def excuse(self) -> None:
        """What it stood on was away: should the one that runs now end, that is no sign of anything wrong with it."""
        self._is_excused = True

    def tend(self) -> str | None:
        """Look after it: note its death, start it again after a growing pause.

        Returns: news for the terminal, when there is some.
        Raises: KeepsDying: five times within a minute.
        """
        self._keep_log_short()
        if self._process is not None:
            code = self._process.poll()
            return None if code is None else self._mourn(code)
        if time.monotonic() >= self._start_at:
            self.start()
        return None

    def _keep_log_short(self) -> None:
        """Put a long log aside, also of a process that runs on: it goes on at the beginning of the same file.

        Not while somebody is blotted out of it (`adapters/logbook`): that holds it, and this is tried again soon.
        """
        with contextlib.suppress(OSError):  # there is none yet, or no room to put it, or it is held
            if self.log.stat().st_size > _LARGEST_LOG_BYTES:
                with self.log.open("rb+") as log:
                    hold(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    _put_aside(log, self.log.with_suffix(".old.log"))

    def ask_to_end(self) -> None:
        """Ask it and all it started to end; returns at once."""
        self._signal(signal.SIGTERM)

    def end(self) -> None:
        """Wait until it has ended, and make it end when it takes too long."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self._bury()

    def _mourn(self, code: int) -> str:
        self._bury()
        now = time.monotonic()
        if not self._is_excused and code != deaths.BEGINS_ANEW:
            self._deaths.append(now)
        if len(self._deaths) == MOST_DEATHS and now - self._deaths[0] < WITHIN_SECONDS:
            raise KeepsDying(self.name, self.log, last_line(self.log))
        self._start_at = now + min(0.1 * 4 ** (self._recent_deaths() - 1), _LONGEST_PAUSE_SECONDS)
        how = f"was killed (signal {-code})" if code < 0 else f"ended (exit code {code})"
        return f"The {self.name} process {how}; starting it again. Its log: {self.log}"

    def _recent_deaths(self) -> int:
        return sum(time.monotonic() - death < WITHIN_SECONDS for death in self._deaths)

    def _bury(self) -> None:
        """End what is left of it and of all it started, and let go of the leash."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            if self._process.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    self._process.stdin.close()
        self._process = None

    def _signal(self, number: int) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS refuses a group of zombies
                os.killpg(self._process.pid, number)
