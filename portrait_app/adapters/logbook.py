"""The studio's logs, from which somebody who has left is blotted out: a line stays, their id and address don't."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import mmap
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import BinaryIO

_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}
_LOGS = ("log/*.log", "postgres/*.log")


def hold(log: BinaryIO, how: int) -> None:
    """Lock a log as `fcntl.flock` does, where the file system has locks.

    Where it has none, a line that is written while a log is put aside may be blotted out in one of the two alone:
    better than that nobody could leave.

    Raises: BlockingIOError: with LOCK_NB, somebody else holds it.
    """
    try:
        fcntl.flock(log, how)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise


def blot_out(data: Path, words: Iterable[str]) -> None:
    """Write dashes over these words in every log below the data folder.

    In place and of the same length, since whoever writes the log goes on at its end meanwhile. Each is held, so that
    the keeper doesn't put it aside under our hands (`house/child`): what it has put aside before comes after it here.
    """
    sought = {form.encode() for word in words if word for form in (word, json.dumps(word)[1:-1])}
    for pattern in _LOGS:
        for path in sorted(data.glob(pattern)):
            if path.is_file():  # somebody may have made a folder or a pipe of that name: it is no log
                with contextlib.suppress(FileNotFoundError):
                    _blot(path, sought)


def _blot(path: Path, sought: Iterable[bytes]) -> None:
    with path.open("r+b") as file:
        hold(file, fcntl.LOCK_EX)
        if not os.fstat(file.fileno()).st_size:  # nothing can be mapped of it
            return
        with mmap.mmap(file.fileno(), 0) as text:
            for word in sought:
                at = text.find(word)
                while at >= 0:
                    text[at : at + len(word)] = b"-" * len(word)
                    at = text.find(word, at)
