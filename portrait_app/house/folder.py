"""The data folder: one house in it at a time, and room enough to work."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from typing import TYPE_CHECKING, TextIO

import psutil

from portrait_app.database.server.failures import FolderNotOurs
from portrait_app.house.failures import AlreadyRunning, NoRoom

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

ROOM_MB = 300
"""A new database takes 60 MB, the models 15 MB, a training and its portraits some more."""
_ENDING_SECONDS = 15.0


def log_file(folder: Path, name: str) -> Path:
    """Where one process writes what it has to say."""
    return folder / "log" / f"{name}.log"


def last_line(log: Path) -> str:
    """The last line of a log that says something; "" when there is none."""
    if not log.exists():
        return ""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


@contextlib.contextmanager
def occupied(folder: Path) -> Generator[TextIO]:
    """Take the folder for this house alone.

    Yields: the lock's file. Pass it on to every process that works in the folder: the lock is free again only when the
        last of them has ended, so a new start never meets stragglers of a killed one.
    Raises: AlreadyRunning: another house lives there. NoRoom: the disk is full. FolderNotOurs: it can't be written.
    """
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(0o711)  # Postgres' account passes through; what else lies here is its owner's alone
        (folder / "log").mkdir(exist_ok=True)
        lock = (folder / "lock").open("a+")
    except OSError as error:
        raise FolderNotOurs(folder, error.strerror or str(error)) from error
    with lock:
        _take(lock, folder)
        free_mb = shutil.disk_usage(folder).free >> 20
        if free_mb < ROOM_MB:
            raise NoRoom(folder, free_mb, ROOM_MB)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock


def who_lives_in(folder: Path) -> int | None:
    """The process that keeps a house in this folder; None when nobody does. The folder stays as it is."""
    try:
        with (folder / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = (folder / "lock").read_text().strip()
        return int(pid) if _lives(pid) else None
    except OSError:
        return None  # never lived in, or another user's
    return None


def _take(lock: TextIO, folder: Path) -> None:
    deadline = time.monotonic() + _ENDING_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            pid = lock.read().strip()
            if _lives(pid) or time.monotonic() > deadline:
                raise AlreadyRunning(folder, pid) from None
            time.sleep(0.05)  # its keeper is dead, and its processes are just ending
        else:
            return


def _lives(pid: str) -> bool:
    return pid.isdigit() and psutil.pid_exists(int(pid))
