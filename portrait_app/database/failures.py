"""What a failure of the database means to a person: it has no room, or it isn't there."""

from __future__ import annotations

import errno
import shutil
from typing import TYPE_CHECKING

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError

from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.settings import Settings

_LEAST_BYTES = 32 << 20  # two segments of Postgres' journal: with less it soon stands still

_BROKE_OFF = "08006"  # what the driver itself finds has no code
_GONE = ("08", "57P")  # connections; a server that ends, starts or mends itself


class NoRoomToSave(PortraitError):
    """The disk that rows lie on is full."""

    headline = "The studio's disk is full"
    hint = "What you saved is safe. Whoever runs the studio must free some space; then try again."
    is_retryable = True


class DatabaseAway(PortraitError):
    """The database can't be reached, or broke off."""

    headline = "The studio's database can't be reached"
    hint = "What you saved is safe. Please try again in a moment."
    is_retryable = True


def foreseen(error: BaseException, folder: Path | None) -> PortraitError | None:
    """Say what a failure means that is no fault of the code's; None when it means nothing that we know.

    Args: folder: where our own Postgres keeps its rows; None where another one does.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, errors.DiskFull):
        return NoRoomToSave(str(error))
    if isinstance(cause, psycopg.OperationalError) and (cause.sqlstate or _BROKE_OFF).startswith(_GONE):
        # One without room left stops, and then says nothing of the room.
        return NoRoomToSave(str(error)) if folder and _is_full(folder) else DatabaseAway(str(error))
    if isinstance(cause, OSError) and cause.errno in {errno.ENOSPC, errno.EDQUOT}:
        return NoRoomToSave(str(error))
    return None


def rows_folder(settings: Settings) -> Path | None:
    """Where our own Postgres keeps its rows; None where another one does."""
    return settings.data_dir if settings.database_url is None else None


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _LEAST_BYTES
    except OSError:
        return False
