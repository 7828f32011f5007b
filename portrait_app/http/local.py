"""Where somebody goes on after they have signed in."""

from __future__ import annotations

HOME = "/home"


def local_path(path: str) -> str:
    """Return where to go next: a page of ours, never an address of somebody else's."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if is_ours and path.isprintable() else HOME
