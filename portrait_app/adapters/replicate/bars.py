"""Reads progress bars in tqdm's form, as `flux_train:  83%|████▎ | 10/12 [00:07<00:01,  1.42it/s, loss: 0.1]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app.domain import estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

# Times are `m:s`, `h:m:s` with any number of hours, or `?`; the rate is `it/s`, `s/it` (or another unit than `it`) or
# `?it/s`. Numbers are bounded, and nothing is repeated in two ways: no line takes long, and no number is too large.
_TIME = r"\d{1,6}(?::\d{1,2}){1,2}"
_BAR = re.compile(
    r"(?:(?P<label>\S.*?):)?\s*\d{1,3}%\|[^|]*\|\s*(?P<done>\d{1,9})/(?P<total>\d{1,9})"
    rf"\s*\[(?P<elapsed>{_TIME})<(?P<left>{_TIME}|\?)"
    r"(?:,\s*(?P<rate>\d{1,9}(?:\.\d{1,9})?|\?)(?:(?P<slow>s/)\s?(?P<each>[A-Za-z]+)|\s?(?P<unit>[A-Za-z]+)/s)?)?"
    r"(?:[^\]]*\](?P<rest>.*))?",
    re.ASCII,
)
# What other bars of a training count, by the words in which they say so and by tqdm's unit: one may count to as many.
_FOREIGN = re.compile(
    r"\s|latent|embed|cach|sampl|generat|caption|shard|weight|download|fetch|upload|extract|load|sav(?:e|ing)|map|filter|"
    r"resiz|crop|bucket|encod|decod|eval|validat|quanti|token|epoch",
    re.IGNORECASE,
)
_STEPS = ("", "it", "step", "steps")
_IS_A_BAR = "%|"
# What stands before a line where its time, or which stream it came from, is written along. No label begins so.
_MOMENT = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"
_STAMPS = re.compile(rf"(?:(?:\[std(?:err|out)\]|{_MOMENT}|\[{_MOMENT}\]):?\s+){{1,3}}", re.ASCII)


@dataclass(frozen=True)
class Bar:
    """A bar as it was drawn once.

    Attributes:
        label: what stands before it, may be empty.
        elapsed_s: on its own clock, in whole seconds.
        said_s: what it says is left, or None.
        also_says: what may name a phase: its label, or what was written right behind it.
        is_foreign: it says that it counts something else than steps of learning.
    """

    label: str
    done: int
    total: int
    elapsed_s: float
    said_s: float | None
    also_says: str
    is_foreign: bool = False

    @property
    def percent(self) -> float:
        """How much is done, 0..100."""
        return min(100.0, 100 * self.done / self.total)


def bar_in(line: str) -> Bar | None:
    """Read the bar that a line begins with, if it does; no space stands before it, maybe its time or stream."""
    found = _BAR.match(without_stamps(line)) if _IS_A_BAR in line else None
    if found is None or int(found["total"]) == 0:
        return None
    label, done, total = (found["label"] or "").strip(), int(found["done"]), int(found["total"])
    counts = found["each"] or found["unit"] or ""
    return Bar(
        label,
        done,
        total,
        _seconds(found["elapsed"]),
        _said(found, total - done),
        found["rest"] or label,
        is_foreign=bool(_FOREIGN.search(label)) or counts not in _STEPS,
    )


def without_stamps(line: str) -> str:
    """Return a line without the time, or the stream it came from, that it may begin with."""
    stamps = _STAMPS.match(line)
    return line[stamps.end() :] if stamps else line


def seconds_left(run: Sequence[Bar]) -> float | None:
    """Return how long a bar still takes, from how it was drawn so far; None when that can't be known yet.

    Its pace is read from its own clock; where that has hardly moved, the bar's own word is taken.
    """
    last = run[-1]
    pace = estimate.pace([(bar.elapsed_s, bar.done) for bar in run], last.total)
    return last.said_s if pace is None else pace * max(0, last.total - last.done)


def _said(bar: re.Match[str], steps_left: int) -> float | None:
    # The rate has two decimals where the time has whole seconds.
    if bar["rate"] not in (None, "?") and (rate := float(bar["rate"])):
        return max(0, steps_left) * (rate if bar["slow"] else 1 / rate)
    return None if bar["left"] == "?" else _seconds(bar["left"])


def _seconds(time: str) -> float:
    seconds = 0
    for part in time.split(":"):
        seconds = seconds * 60 + int(part)
    return float(seconds)
