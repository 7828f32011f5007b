"""Why the house did not start or could not go on: one sentence each, with the next step."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from pathlib import Path

_OWN = 'sudo chown -R "$USER"'


class AlreadyRunning(PortraitError):
    """Another house lives in this data folder."""

    headline = "It is already running"

    def __init__(self, folder: Path, pid: str) -> None:
        super().__init__(f"{folder} is in use by process {pid}")
        self.hint = f"Process {pid} works in {folder}. Stop it, or give this one another folder: PORTRAIT_DATA_DIR."


class PortTaken(PortraitError):
    """Something else listens where the page should be."""

    headline = "The port is taken"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"{host}:{port} is in use")
        self.hint = f"Something else listens on port {port}. Stop it, or choose another: PORT={port + 1} make run"


class PortRefused(PortraitError):
    """The system does not let us listen there."""

    headline = "The address can't be used"

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(f"{host}:{port}: {why}")
        self.hint = f"Listening on {host}:{port} failed ({why}). Choose others with PORT and PORTRAIT_HOST."


class PageNotBuilt(PortraitError):
    """The front end did not build."""

    headline = "The page could not be built"

    def __init__(self, log: Path, last_words: str) -> None:
        super().__init__(last_words)
        self.hint = f"Nothing of yours is touched. The whole story is in {log}; its end: {last_words}"


class ModelsNotFetched(PortraitError):
    """The model files are not there and could not be fetched."""

    headline = "The model files could not be fetched"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        if "No space left" in why:
            self.hint = f"The disk is full. Free some space, then start again: it goes on where it stopped. ({why})"
            return
        self.hint = f"{why} Check the way to your package registries, then start again: it goes on where it stopped."


class NotMigrated(PortraitError):
    """The database could not be brought to its present shape."""

    headline = "The database could not be brought up to date"

    def __init__(self, log: Path, last_words: str) -> None:
        super().__init__(last_words)
        self.hint = f"Each step is whole or not at all, so your data is safe. The log is {log}; its end: {last_words}"


class KeepsDying(PortraitError):
    """A process ended again and again, or never came up."""

    headline = "A part of the studio won't run"

    def __init__(self, name: str, log: Path, last_words: str) -> None:
        super().__init__(f"{name} keeps ending: {last_words}")
        self.hint = f"The {name} process keeps ending. Your data is safe. Its log is {log}; its end: {last_words}"


class NoRoom(PortraitError):
    """The disk of the data folder is full."""

    headline = "The disk is full"

    def __init__(self, folder: Path, free_mb: int, needed_mb: int) -> None:
        super().__init__(f"{free_mb} MB free for {folder}")
        self.hint = (
            f"Only {free_mb} MB are free for {folder}; at least {needed_mb} MB are needed. "
            "Nothing was lost: free some space, or name another folder with PORTRAIT_DATA_DIR."
        )


class FileNotUsable(PortraitError):
    """The system lets us not read or write a file or folder that we need."""

    headline = "A file can't be used"

    def __init__(self, at: str, why: str, step: str) -> None:
        super().__init__(f"{at}: {why}")
        self.hint = f"{at} can't be used ({why}). Nothing was lost. {step}, then start again."


def explained(error: OSError, folder: Path | None = None) -> FileNotUsable:
    """Say what a refusal of the system means.

    Args: folder: what was worked in, for an error that names no file.
    """
    at = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(folder or "A file")
    why = error.strerror or str(error)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return FileNotUsable(at, "the disk is full", "Free some space")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return FileNotUsable(
            at, "it belongs to another user", f"Start as that user, or make it yours: {_OWN} {folder or at}"
        )
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return FileNotUsable(at, "a file is where a folder should be", "Move the file elsewhere")
    return FileNotUsable(at, why, "See what is there")
