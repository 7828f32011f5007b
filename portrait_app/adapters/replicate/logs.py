"""Reads how far a training has come from its log, which is where trainers tell it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portrait_app.adapters.replicate.bars import Bar, bar_in, seconds_left, without_stamps
from portrait_app.adapters.replicate.phases import LEARNING, SAVING, phase_in
from portrait_app.domain.report import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    Believes = Callable[[Bar], bool]

# Logs come whole, again and again, and grow to megabytes: what is true now stands at their end.
READ_BACK = 256 * 1024  # characters: two thousand bars or more
LONGEST_LINE = 1024  # a longer one is a dump of something, and its beginning says what
_MOVES = re.compile(r"\x1b\[[\d;]{0,8}[A-Za-z]")  # of a terminal's cursor, between bars drawn below each other

_Parsed = tuple[str, Bar | None]


def read_log(log: str, *, bar_prefixes: Collection[str], steps: int | None = None) -> Progress | None:
    """Return the phase a training is in, its percent and the time its bar still takes; None when the log tells nothing.

    Any text is read, in a time that doesn't grow with it: rubbish, bars cut in the middle, a log without its beginning.

    Args:
        log: everything logged so far; bars overwrite one another with carriage returns.
        bar_prefixes: what the label of the trainer's own bar begins with (a job's name may end in a number). Other
            bars (checkpoint shards, latents, samples) run through the log as well and mean nothing for the whole.
        steps: how many steps were asked for: without a bar of such a prefix, one of so many steps is believed, unless
            it says what else it counts.
    """
    lines = _lines(log)
    prefixes = tuple(prefix for prefix in bar_prefixes if prefix)
    own = _run(lines, lambda bar: " " not in bar.label and bar.label.startswith(prefixes))
    at, run = own if own[1] else _run(lines, lambda bar: bar.total == steps and not bar.is_foreign)
    words = _phase(lines, bar_at=at)
    if not run:
        return Progress(words) if words else None
    last = run[-1]
    if last.done >= last.total and words in (None, LEARNING):
        words = SAVING
    return Progress(words or LEARNING, last.percent, seconds_left(run))


def _lines(log: str) -> list[_Parsed]:
    """Cut the end of the log into lines, and read the bars among them."""
    end = log[-READ_BACK:]
    lines = _MOVES.sub("", end).replace("\r", "\n").split("\n")
    if len(end) < len(log):
        del lines[0]  # the rest of a line whose beginning is not there
    cut = (line[:LONGEST_LINE].lstrip() for line in lines)
    return [(line, bar_in(line)) for line in cut if line]


def _run(lines: Sequence[_Parsed], believes: Believes) -> tuple[int, list[Bar]]:
    """Find the last bar that is believed, its place, and how it was drawn until there; (-1, []) when there is none."""
    at, run = -1, list[Bar]()
    for place in range(len(lines) - 1, -1, -1):
        bar = lines[place][1]
        if bar is None or not believes(bar):
            continue
        if run and (bar.label, bar.total) != (run[-1].label, run[-1].total):
            continue
        if run and (bar.done > run[-1].done or bar.elapsed_s > run[-1].elapsed_s):
            break  # an earlier bar of the same name: the training began anew
        at = max(at, place)
        run.append(bar)
    return at, run[::-1]


def _phase(lines: Sequence[_Parsed], *, bar_at: int) -> str | None:
    """Name the latest phase; a bar drawn after it means that learning has begun, unless the bar belongs to it."""
    for at in range(len(lines) - 1, -1, -1):
        line, bar = lines[at]
        phase = phase_in(bar.also_says) if bar else phase_in(line) or phase_in(without_stamps(line))
        if phase:
            return LEARNING if at < bar_at and not phase.has_bar else phase.words
    return None
