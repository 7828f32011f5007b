"""An ordinary user for a moment: for root, whom no file refuses, another; for others they themselves."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

_NOBODY = 65534


@contextmanager
def as_an_ordinary_user() -> Generator[None]:
    """Be refused what permissions refuse; a test's own folder is reached from within, by relative paths."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(_NOBODY, _NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
