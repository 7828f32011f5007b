"""Where a darkroom keeps its files: uploads, outputs, face models, and the work in progress."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DISK_FULL = "The darkroom's disk is full. Free some space and try again."

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SAFE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


def is_full(error: BaseException) -> bool:
    """Whether an error means that the disk, or this process's share of it, takes no more."""
    return isinstance(error, OSError) and error.errno in _FULL


class Shelf:
    """Folders under the darkroom's own. Every file appears whole, by a rename, or not at all."""

    def __init__(self, data: Path) -> None:
        self._files = data / "files"
        self._outputs = data / "outputs"
        self._versions = data / "versions"
        self._work = data / "work"
        self.temporary = data / "temporary"
        shutil.rmtree(self.temporary, ignore_errors=True)
        for folder in (self._files, self._outputs, self._versions, self._work, self.temporary):
            folder.mkdir(parents=True, exist_ok=True)

    def file(self, file_id: str) -> Path:
        """Where an uploaded file lies; its id comes from outside, so the name is a digest of it."""
        return self._files / hashlib.sha256(file_id.encode()).hexdigest()

    def output(self, folder: str, name: str) -> Path | None:
        """A finished output, if there is one of that name in that folder."""
        if not (_SAFE_NAME.fullmatch(folder) and _SAFE_NAME.fullmatch(name)):
            return None
        path = self._outputs / folder / name
        return path if path.is_file() else None

    def new_output(self, folder: str, name: str) -> Path:
        """Where to put an output that is about to be made."""
        path = self._outputs / folder / name
        path.parent.mkdir(exist_ok=True)
        return path

    def face_model(self, version: str) -> Path:
        """The face model behind a version, which is 64 hexadecimal characters."""
        return self._versions / f"{version}.face"

    def discard_face_model(self, version: str) -> None:
        """Throw away the face model behind a version, and what an interrupted training left of it."""
        for path in self._versions.glob(f"*{version}*"):
            path.unlink(missing_ok=True)

    def given(self, job_id: str) -> Path:
        """Where the file that a job was given lies while it is worked on: photos in a zip, or a picture."""
        folder = self._work / job_id
        folder.mkdir(exist_ok=True)
        return folder / "given"

    def discard_work(self, job_id: str) -> None:
        """Throw away what was only needed during the work."""
        shutil.rmtree(self._work / job_id, ignore_errors=True)

    def discard_outputs(self, folder: str) -> None:
        """Throw away the outputs of one job."""
        shutil.rmtree(self._outputs / folder, ignore_errors=True)

    def discard_file(self, file_id: str) -> None:
        """Throw away an uploaded file."""
        self.file(file_id).unlink(missing_ok=True)

    def discard_strays(self, known_files: Iterable[str]) -> None:
        """Throw away uploads that nobody knows: the server was killed between taking them in and writing that down."""
        known = {self.file(file_id) for file_id in known_files}
        for path in set(self._files.iterdir()) - known:
            path.unlink()

    def write_atomically(self, path: Path, chunks: Iterable[bytes]) -> None:
        """Write a whole file or nothing.

        Raises: OSError: the disk is full or gone; nothing is left behind.
        """
        handle, name = tempfile.mkstemp(dir=self.temporary)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines(chunks)
            os.replace(name, path)  # noqa: PTH105 - both are plain paths on the same disk
        except BaseException:
            os.unlink(name)  # noqa: PTH108 - as above
            raise
