"""Loads code without looking through it for rubbish: what is imported stays, and looking is a seventh of a start."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def unswept() -> Generator[None]:
    """Import in here. What was made meanwhile is never looked through again either, for it stays until the end."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
