"""Tells which process serves a Postgres data folder, by looking at the process and not only at the file it left."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psutil

from portrait_app.database.server.failures import DatabaseWontStart

if TYPE_CHECKING:
    from pathlib import Path

_GONE_SECONDS = 30.0
_POLL_SECONDS = 0.01


def serving(data: Path) -> int | None:
    """The pid of the running main process; None when there is none.

    A file left by a killed one may by now name anybody's process, or a dead one.
    """
    lines = _pid_file(data)
    pid = int(lines[0]) if lines else None
    return pid if pid is not None and works_in(data, pid) else None


def says_ready(data: Path, pid: int) -> bool:
    """Whether the process has written that it accepts connections."""
    lines = _pid_file(data)
    return bool(lines) and lines[0] == str(pid) and lines[-1] == "ready"


def works_in(data: Path, pid: int) -> bool:
    """Whether a process is one of Postgres' own, at work in this very folder."""
    try:
        process = psutil.Process(pid)
        return process.name().startswith("postgres") and process.cwd() == str(data)
    except psutil.Error:  # gone, a zombie, or somebody else's
        return False


def forget_killed(data: Path, socket_folder: Path) -> None:
    """Remove the lock files of a killed server once the last of its processes has gone.

    Postgres would do so itself, but refuses to start when the pid in them is in use: by a stranger, or by a dead
    process whose parent has not yet taken notice.
    Raises: DatabaseWontStart: its processes do not end.
    """
    deadline = time.monotonic() + _GONE_SECONDS
    while any(works_in(data, pid) for pid in psutil.pids()):
        if time.monotonic() > deadline:
            raise DatabaseWontStart(f"processes of a killed server still work in {data}")
        time.sleep(_POLL_SECONDS)
    for left in (data / "postmaster.pid", *socket_folder.glob(".s.PGSQL.*")):
        left.unlink(missing_ok=True)


def _pid_file(data: Path) -> list[str]:
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []
