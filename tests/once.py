"""What the workers of a run do once for all of them."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@contextmanager
def alone(lock: Path) -> Generator[None]:
    """Be the only one, of all processes, that holds this lock; who comes later waits and finds the work done."""
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
