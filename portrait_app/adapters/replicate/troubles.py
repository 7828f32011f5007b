"""Why a job failed, and in words for the person: engines say it in their own, and few of those help."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from portrait_app.domain.cause import Cause

SAFE = "What you have is safe; please try again."
WORDS = {
    Cause.SAFETY: "This was held back by the safety check. Try another style, or order it again.",
    Cause.NO_FACE: "No face could be found in these photos. Add some that show your face clearly, then try again.",
    Cause.BAD_INPUT: "The portrait engine couldn't work with these settings. What you have is safe; try others.",
    Cause.MEMORY: f"The portrait engine ran out of memory. {SAFE}",
    Cause.NEVER_STARTED: f"The portrait engine took too long to start. {SAFE}",
    Cause.INTERRUPTED: f"The portrait engine was interrupted. {SAFE}",
    Cause.TOO_LONG: f"The portrait engine took too long and was stopped. {SAFE}",
    Cause.NOT_IN_TIME: "The portrait engine didn't get to it in time, so it was called off and not charged. "
    "Please try again.",
    Cause.NO_MODEL: "The training ended without a face model. Your photos are safe; please start it again.",
    Cause.GONE: "The pictures were finished, but the engine threw them away before we could fetch them. "
    "Please order them again.",
    Cause.UNKNOWN: "Something broke on the portrait engine's side. What you have is safe; please try again.",
}

# Words seen in the wild: error codes and texts from public issue threads and from the sources of the trainers.
# A code is believed before any word beside it.
_SIGNS = tuple(
    (re.compile(pattern, re.IGNORECASE), cause)
    for pattern, cause in (
        (r"\bE005\b", Cause.SAFETY),
        (r"\bE1001\b", Cause.MEMORY),
        (r"\bE6716\b", Cause.NEVER_STARTED),
        (r"code: PA\b|\bE9828\b", Cause.INTERRUPTED),
        (r"failed validation", Cause.BAD_INPUT),
        (r"nsfw|flagged as sensitive|safety", Cause.SAFETY),
        (r"shows a face|no face", Cause.NO_FACE),
        (r"out of memory", Cause.MEMORY),
        (r"start.{0,20}time(d)? ?out", Cause.NEVER_STARTED),
        (r"interrupted|director", Cause.INTERRUPTED),
        (r"time(d)? ?out|deadline", Cause.TOO_LONG),
    )
)


def cause_of(error: str) -> Cause:
    """Tell from a failed job's own words why it failed."""
    return next((cause for sign, cause in _SIGNS if sign.search(error)), Cause.UNKNOWN)


def in_words(cause: Cause, error: str = "") -> str:
    """Say what it means for the person, what is safe, and what to do next; name the input when that is known."""
    field = _field(error) if cause is Cause.BAD_INPUT else ""
    return f"The portrait engine couldn't work with this {field}. {SAFE}" if field else WORDS[cause]


def _field(error: str) -> str:
    """Name the input that `{"detail": [{"loc": ["body", "input", "steps"]}]}` complains of first: `steps`."""
    try:
        said = cast("dict[str, Any]", json.loads(error[error.index("{") :]))
        return str(said["detail"][0]["loc"][-1]).replace("_", " ")
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):  # the last: nested too deeply
        return ""
