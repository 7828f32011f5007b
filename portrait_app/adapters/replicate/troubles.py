"""Why a job failed, and in words for the person: engines say it in their own, and few of those help."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from portrait_app.adapters.replicate import naming
from portrait_app.domain.cause import Cause
from portrait_app.domain.order import OrderKind

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
    Cause.UNNAMED: "The training went well, but the portrait engine no longer says which face model it made. It was "
    "not started again by itself, so nothing is paid twice; what you have is safe. Whoever runs this studio is told, "
    "and can look for it. If you would rather not wait, try again: that is a new order.",
    Cause.GONE: "The pictures were finished, but the engine threw them away before we could fetch them. "
    "Please order them again.",
    Cause.UNKNOWN: "Something broke on the portrait engine's side. What you have is safe; please try again.",
}

# What is said otherwise of a training: there is no style or shape to choose anew.
WORDS_OF_TRAININGS = WORDS | {
    Cause.SAFETY: "The portrait engine's safety check didn't let these photos pass. They are safe here; leave out "
    "those that it may have minded, then try again.",
    Cause.BAD_INPUT: "The portrait engine couldn't work with what this training was given. Your photos are safe. "
    "Whoever runs this studio finds out with “make doctor” what no longer fits.",
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
        # A verdict of the check, not a word about its parts: "safety_checker weights failed to load" is none.
        (r"\bnsfw (?:content|images?)\b|flagged as (?:sensitive|unsafe|nsfw|inappropriate)", Cause.SAFETY),
        (r"(?:rejected|blocked|flagged|refused) by (?:the |our |a )?(?:safety|content|moderation)", Cause.SAFETY),
        (r"content (?:policy|moderation)\b|inappropriate content", Cause.SAFETY),
        (r"\b(?:shows a face|no faces?)\b", Cause.NO_FACE),
        (r"\bout of memory\b", Cause.MEMORY),
        (r"\b(?:start|starting|startup|boot|booting)\b.{0,20}\btime(?:d)?[ -]?out", Cause.NEVER_STARTED),
        (r"\b(?:prediction|training|job|model|worker) (?:was |got |is )?interrupted\b|\bdirector\b", Cause.INTERRUPTED),
        # Of the job itself, not of a connection that it made: "read timed out" is none.
        (r"\b(?:prediction|training|job|task|request to the model)\b.{0,30}\btime(?:d)?[ -]?out", Cause.TOO_LONG),
        (r"^time(?:d)?[ -]?out|(?<!context )\bdeadline (?:was )?(?:exceeded|passed)|\btime limit\b", Cause.TOO_LONG),
    )
)


def cause_of(error: str) -> Cause:
    """Tell from a failed job's own words why it failed."""
    return next((cause for sign, cause in _SIGNS if sign.search(error)), Cause.UNKNOWN)


def in_words(cause: Cause, error: str = "", kind: OrderKind = OrderKind.PREDICTION) -> str:
    """Say what it means for the person, what is safe, and what to do next; name the input when that is known."""
    field = _field(error) if cause is Cause.BAD_INPUT else ""
    if not field:
        return (WORDS_OF_TRAININGS if kind is OrderKind.TRAINING else WORDS)[cause]
    what, then = naming.this(field), naming.next_step(kind, field)
    return f"The portrait engine couldn't work with {what}. What you have is safe. {then}"


def _field(error: str) -> str:
    """Name the input that `{"detail": [{"loc": ["body", "input", "steps"]}]}` complains of first: `steps`."""
    try:
        said = cast("dict[str, Any]", json.loads(error[error.index("{") :]))
        return str(said["detail"][0]["loc"][-1])
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):  # the last: nested too deeply
        return ""
