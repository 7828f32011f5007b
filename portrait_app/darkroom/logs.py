"""Progress lines in the form of tqdm, which readers of Replicate's logs know."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_EIGHTHS = " ▏▎▍▌▋▊▉"
_WIDTH = 10
MIN_INTERVAL_S = 0.1


class Bar:
    """A bar that is drawn anew as its work advances, as
    `darkroom_train:  83%|████████▎ | 10/12 [00:07<00:01,  1.42it/s]`.

    Args: label: what stands before the bar, may be empty. total: how many steps make it full.
    """  # noqa: D205 - the example belongs to the sentence

    def __init__(self, label: str, total: int, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._prefix = f"{label}: " if label else ""
        self._total = total
        self._seconds = seconds
        self._begin = seconds()
        self._drawn: int | None = None
        self._drawn_at = -math.inf

    def draw(self, done: int) -> str | None:
        """The bar with `done` steps done; None when that was drawn already, or it was drawn less than 0.1 s ago."""
        moment = self._seconds()
        is_early = done < self._total and moment - self._drawn_at < MIN_INTERVAL_S
        if is_early or done == self._drawn:
            return None
        self._drawn, self._drawn_at = done, moment
        elapsed = moment - self._begin
        percent = 100 * done // self._total if self._total else 100
        counts = f"{percent:3d}%|{_blocks(done, self._total)}| {done}/{self._total}"
        return f"{self._prefix}{counts} [{_minutes(elapsed)}<{self._pace(done, elapsed)}]"

    def _pace(self, done: int, elapsed: float) -> str:
        if not done or elapsed <= 0:
            return "?, ?it/s"
        rate = done / elapsed
        left = _minutes((self._total - done) / rate)
        return f"{left}, {rate:5.2f}it/s" if rate >= 1 else f"{left}, {1 / rate:5.2f}s/it"


def _blocks(done: int, total: int) -> str:
    filled = _WIDTH * 8 * done // total if total else _WIDTH * 8
    whole, eighths = divmod(filled, 8)
    return ("█" * whole + (_EIGHTHS[eighths] if whole < _WIDTH else "")).ljust(_WIDTH)


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"
