"""A file that is written under a temporary name and appears under its own when it is whole and on the disk."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
from typing import TYPE_CHECKING, Self

from portrait_app.adapters.buckets.errors import BucketFull

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

ABANDONED_AFTER_S = 3600
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


class Upload:
    """One file on its way. As a context it leaves nothing behind of what was not finished.

    Args:
        path: the name it will appear under; what lies there is replaced, and a symlink never written through.
        unfinished: a folder on the same disk for what is being written; only we can look in.
    Raises: BucketFull: there is no room for one more file.
    """

    def __init__(self, path: Path, unfinished: Path) -> None:
        self._path = path
        self._temporary = unfinished / secrets.token_hex(8)
        with _full_disk_is_said():
            if not unfinished.exists():
                _make_folder(unfinished)
            handle = os.open(self._temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        self._file = os.fdopen(handle, "wb")

    def write(self, data: bytes) -> None:
        """Add bytes.

        Raises: BucketFull.
        """
        with _full_disk_is_said():
            self._file.write(data)

    def finish(self) -> None:
        """Make it appear: after this it survives a power cut.

        Raises: BucketFull.
        """
        with _full_disk_is_said():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._appear()
            with contextlib.suppress(FileNotFoundError):  # it was deleted again already, with its folder
                _sync_folder(self._path.parent)

    def _appear(self) -> None:
        """Give it its name, in a folder that is made now and not before: what isn't finished leaves none behind.

        It may be taken away again at any moment, since nothing lies in it (`disk.DiskBucket.delete`).
        """
        while True:
            try:
                _make_folder(self._path.parent)
                self._temporary.replace(self._path)
            except FileNotFoundError:
                if not self._temporary.exists():
                    raise
            else:
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # closing writes what is buffered, and the disk may be full
            self._file.close()
        self._temporary.unlink(missing_ok=True)


def discard_abandoned(unfinished: Path) -> None:
    """Throw away what a killed process left: half a photo is still somebody's photo."""
    for left in unfinished.glob("*"):
        with contextlib.suppress(FileNotFoundError):
            if left.lstat().st_mtime < time.time() - ABANDONED_AFTER_S:
                left.unlink()


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, for us alone; `Path.mkdir` gives its mode to the last one only."""
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _full_disk_is_said() -> Generator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise BucketFull(f"{error.strerror} at {error.filename}") from error
        raise
