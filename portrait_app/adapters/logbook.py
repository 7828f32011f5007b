"""The studio's logs, from which somebody who has left is blotted out: a line stays, their id and address don't."""

from __future__ import annotations

import contextlib
import fcntl
import json
import mmap
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_LOGS = ("log/*.log", "postgres/*.log")


def blot_out(data: Path, words: Iterable[str]) -> None:
    """Write dashes over these words in every log below the data folder.

    In place and of the same length, since whoever writes the log goes on at its end meanwhile. Each is held, so that
    the keeper doesn't put it aside under our hands (`house/child`): what it has put aside before comes after it here.
    """
    sought = {form.encode() for word in words if word for form in (word, json.dumps(word)[1:-1])}
    for pattern in _LOGS:
        for path in sorted(data.glob(pattern)):
            with contextlib.suppress(FileNotFoundError):
                _blot(path, sought)


def _blot(path: Path, sought: Iterable[bytes]) -> None:
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not os.fstat(file.fileno()).st_size:  # nothing can be mapped of it
            return
        with mmap.mmap(file.fileno(), 0) as text:
            for word in sought:
                at = text.find(word)
                while at >= 0:
                    text[at : at + len(word)] = b"-" * len(word)
                    at = text.find(word, at)
