"""How long work is stopped on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Cancelled(Exception):  # reads as what happened
    """Raised by work that was asked to stop."""


def check(is_cancelled: Callable[[], bool]) -> None:
    """Between two pieces of work: stop here if asked to.

    Raises: Cancelled.
    """
    if is_cancelled():
        raise Cancelled
