"""Where the socket of a database lies: in its folder, or elsewhere when that is too deep for a socket."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_LONGEST_PATH = 103
"""Bytes a Unix socket's path may have: 107 on Linux, 103 on macOS."""


def folder_for(folder: Path) -> Path:
    """Return the folder of the socket for a server in this folder; every process comes to the same answer."""
    inside = folder / "socket"
    if len(os.fsencode(inside / ".s.PGSQL.5432")) <= _LONGEST_PATH:
        return inside
    # Not tempfile.gettempdir(): that depends on TMPDIR.
    return Path("/tmp") / f"portrait-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"  # noqa: S108 - 0700, owner checked
