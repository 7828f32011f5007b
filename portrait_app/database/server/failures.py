"""Why our own Postgres did not start, in words a person can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from pathlib import Path


class DatabaseWontStart(PortraitError):
    """Postgres did not come up; the message holds the last lines of its log.

    `tries`: how often it is tried before it is given up.
    """

    tries = 6
    headline = "The database didn't start"
    hint = "Your data was not touched. The reason is at the end of postgres.log."


class WasKilled(DatabaseWontStart):
    """Something on this machine killed it as it started: no fault of its own, so it is tried for some two minutes."""

    tries = 60
    headline = "The database is killed whenever it starts"

    def __init__(self, number: int) -> None:
        super().__init__(f"killed by signal {number} as it started")
        self.hint = (
            f"Your data is safe. Something on this machine ends it each time (signal {number}); often there is too "
            "little memory. Find out what does, then start again."
        )


class DiskFull(DatabaseWontStart):
    """There is no room left where the data lives."""

    tries = 1
    headline = "The disk is full"

    def __init__(self, folder: Path) -> None:
        super().__init__(f"no space left for {folder}")
        self.hint = f"Nothing was lost. Free some space on the disk of {folder}, then start again."


class FolderNotOurs(DatabaseWontStart):
    """The data folder cannot be written, or belongs to another user."""

    tries = 1
    headline = "The data folder can't be written"

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: {reason}")
        self.hint = (
            f"{folder} can't be used ({reason}). Start as the user who owns it, or name another folder with "
            "PORTRAIT_DATA_DIR."
        )


class NoSuitablePostgres(DatabaseWontStart):
    """No installed Postgres can serve the folder: none at all, or none of the version that made its files."""

    tries = 1
    headline = "There is no Postgres for this data"

    def __init__(self, needed: str, found: list[int]) -> None:
        have = ", ".join(map(str, found)) or "none"
        super().__init__(f"needs Postgres {needed}, found {have}")
        self.hint = f"Your data is safe. It needs Postgres {needed}; found here: {have}. Install it, then start again."


def explain(words: str, folder: Path) -> DatabaseWontStart:
    """The kind of failure that a program's or the system's last words tell of."""
    if "No space left on device" in words or "Disk quota exceeded" in words:
        return DiskFull(folder)
    if "ermission denied" in words or "Read-only file system" in words or "wrong ownership" in words:
        return FolderNotOurs(folder, words)
    return DatabaseWontStart(words)
