"""Counts what is done of a long work, tells of it, and stops the work when asked."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from portrait_app.darkroom.cancelled import check

if TYPE_CHECKING:
    from collections.abc import Callable


class Tally:
    """How far a work is; its steps may be done by several threads.

    Each telling waits for the one before, so that nobody hears of less after more.
    """

    def __init__(
        self, total: int, on_progress: Callable[[int, int, str], None], is_cancelled: Callable[[], bool]
    ) -> None:
        """Begin with nothing done.

        Args: total: the cost of all steps. on_progress: told (done, in all, phase).
        """
        self._done, self._total, self._phase = 0, total, ""
        self._on_progress, self._is_cancelled = on_progress, is_cancelled
        self._turn = threading.Lock()

    def say(self, phase: str) -> None:
        """Name what begins now.

        Raises: Cancelled.
        """
        self._phase = phase
        self.step(0)

    def step(self, cost: int, times: int = 1) -> None:
        """So many more steps of this cost are done.

        Raises: Cancelled.
        """
        with self._turn:
            check(self._is_cancelled)
            self._done += cost * times
            self._on_progress(self._done, self._total, self._phase)
