"""Reads how far a training has come from its log, which is where trainers tell it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app.domain.report import Progress

if TYPE_CHECKING:
    from collections.abc import Collection

LEARNING = "Learning your face"


@dataclass(frozen=True)
class _Phase:
    """A stretch of a training, recognised by a line of its log; `has_bar`: the trainer's own bar runs within it."""

    line: str
    words: str
    has_bar: bool = False


# Lines of the darkroom, and of ostris/flux-dev-lora-trainer over ai-toolkit (its published source and real logs).
_PHASES = (
    _Phase(r"reading photos", "Reading your photos", has_bar=True),
    _Phase(r"learning shape", "Learning the shape of your face", has_bar=True),
    _Phase(r"learning texture|learning the face", LEARNING, has_bar=True),
    _Phase(r"refining", "Refining your face model", has_bar=True),
    _Phase(r"keeping the best", "Choosing your best photos", has_bar=True),
    _Phase(r"fetching photos|extracted \d+ files", "Opening your photos"),
    _Phase(r"\S+ \| \w+ +\| \[ (?:initiating|complete) \]|downloaded base weights", "Fetching what is needed"),
    _Phase(r"caption for |(?:auto)?captioning", "Describing your photos"),
    _Phase(r"(?:caching latents|preprocessing|dataset: )", "Preparing your photos"),
    _Phase(r"starting train job|(?:# )?running job|running +\d+ process|the darkroom was restarted", "Getting ready"),
    _Phase(r"loading |quantizing|create lora network|preparing model", "Warming up"),
    _Phase(r"face model saved|saved to|saving|uploading|train(?:ing)? (?:done|finished)", "Saving your face model"),
)
_ANY_PHASE = re.compile("|".join(f"({phase.line})" for phase in _PHASES), re.IGNORECASE)

# tqdm's form: `label:  83%|████▎ | 10/12 [00:07<00:01,  1.42it/s, loss: 0.1]`; times are `m:s`, `h:m:s` or `?`.
_BAR = re.compile(
    r"\s*(?:(?P<label>\S.*?):)?\s*\d{1,3}%\|[^|]*\|\s*(?P<done>\d+)/(?P<total>\d+)"
    r"\s*\[[\d:]+<(?P<left>[\d:]+|\?)(?:,\s*(?P<rate>[\d.]+|\?)(?P<unit>it/s|s/it))?"
)
_IS_A_BAR = "%|"


@dataclass(frozen=True)
class _Bar:
    label: str
    done: int
    total: int
    seconds_left: float | None


def read_log(log: str, *, bar_prefixes: Collection[str], steps: int | None = None) -> Progress | None:
    """Return the phase a training is in, its percent and the engine's own estimate; None when the log tells nothing.

    Args:
        log: everything logged so far; bars overwrite one another with carriage returns.
        bar_prefixes: what may stand before the trainer's own bar. Other bars (checkpoint shards, latents, samples)
            run through the log as well and mean nothing for the whole.
        steps: how many steps were asked for: without a bar of such a prefix, one of so many steps is believed.
    """
    lines = log.replace("\r", "\n").split("\n")
    at, bar = _last_bar(lines, bar_prefixes, steps)
    words = _last_phase(lines, bar_at=at)
    if bar is None:
        return Progress(words) if words else None
    return Progress(words or LEARNING, 100 * bar.done / bar.total, bar.seconds_left)


def _last_bar(lines: list[str], prefixes: Collection[str], steps: int | None) -> tuple[int, _Bar | None]:
    """Find the last bar that counts, and its place; -1 when there is none."""
    believable: tuple[int, _Bar | None] = (-1, None)
    for at in range(len(lines) - 1, -1, -1):
        bar = _bar(lines[at]) if _IS_A_BAR in lines[at] else None
        if bar is None:
            continue
        if bar.label in prefixes:
            return at, bar
        # A foreign bar names what it does in words; a job's name is one word, or nothing stands there.
        if believable[1] is None and bar.total == steps and " " not in bar.label:
            believable = at, bar
    return believable


def _bar(line: str) -> _Bar | None:
    found = _BAR.match(line)
    if found is None or int(found["total"]) == 0:
        return None
    done, total = int(found["done"]), int(found["total"])
    return _Bar(found["label"] or "", done, total, _seconds_left(found, total - done))


def _seconds_left(bar: re.Match[str], steps_left: int) -> float | None:
    if bar["left"] != "?":
        seconds = 0
        for part in bar["left"].split(":"):
            seconds = seconds * 60 + int(part or 0)
        return float(seconds)
    if bar["rate"] in (None, "?", ".") or float(bar["rate"]) == 0:
        return None
    return steps_left * float(bar["rate"]) if bar["unit"] == "s/it" else steps_left / float(bar["rate"])


def _last_phase(lines: list[str], *, bar_at: int) -> str | None:
    """Name the latest phase; a bar drawn after it means that learning has begun, unless the bar belongs to it."""
    for at in range(len(lines) - 1, -1, -1):
        found = None if _IS_A_BAR in lines[at] else _ANY_PHASE.match(lines[at].lstrip())
        if found:
            phase = _PHASES[(found.lastindex or 1) - 1]
            return LEARNING if at < bar_at and not phase.has_bar else phase.words
    return None
