"""What lies in a folder of objects, in the order of their keys, a little at a time."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from portrait_app.adapters.buckets.keys import is_key
from portrait_app.ports.bucket import Stored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def objects(root: Path, prefix: str, after: str, at: str = "") -> Iterator[Stored]:
    """Give the objects below `root` whose keys begin with `prefix` and come after the key `after`.

    One folder's names are in memory at a time. What vanishes meanwhile is left out, and so is what is no object:
    a symlink, a name that is no key.

    Args: at: the part of the key that leads to the folder looked into, ending in "/" unless it is the root.
    """
    for name, entry in _names(root / at):
        key = at + name
        if name.endswith("/"):
            if _may_hold(key, prefix, after):
                yield from objects(root, prefix, after, key)
        elif key > after and key.startswith(prefix) and is_key(key):
            with contextlib.suppress(FileNotFoundError):
                yield Stored(key, datetime.fromtimestamp(entry.stat(follow_symlinks=False).st_mtime, UTC))


def _names(folder: Path) -> list[tuple[str, os.DirEntry[str]]]:
    """Files and folders by name, folders with their "/": so sorted, a walk meets keys in the order of the alphabet."""
    named: dict[str, os.DirEntry[str]] = {}
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                named[f"{entry.name}/"] = entry
            elif entry.is_file(follow_symlinks=False):
                named[entry.name] = entry
    return sorted(named.items())


def _may_hold(folder: str, prefix: str, after: str) -> bool:
    """Whether a key that is asked for can begin like this."""
    return (folder.startswith(prefix) or prefix.startswith(folder)) and (folder > after or after.startswith(folder))
