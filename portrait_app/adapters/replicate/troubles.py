"""Why a job failed, in words for the person: engines say it in their own, and few of those help."""

from __future__ import annotations

import re

NOT_IN_TIME = "The portrait engine didn't get to it in time, so it was called off and not charged. Please try again."
GONE = "The pictures were finished, but the engine threw them away before we could fetch them. Please order them again."
NO_MODEL = "The training ended without a face model. Your photos are safe; please start it again."
UNKNOWN = "Something broke on the portrait engine's side. What you have is safe; please try again."

# Words seen in the wild: error codes and texts from public issue threads and from the sources of the trainers.
_TROUBLES = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (
            r"E005|nsfw|flagged as sensitive|safety",
            "This was held back by the safety check. Try another style, or order it again.",
        ),
        (
            r"shows a face|no face",
            "No face could be found in these photos. Add some that show your face clearly, then try again.",
        ),
        (
            r"E1001|out of memory",
            "The portrait engine ran out of memory. What you have is safe; please try again.",
        ),
        (
            r"E6716|start.{0,20}time(d)? ?out",
            "The portrait engine took too long to start. What you have is safe; please try again.",
        ),
        (
            r"code: PA|interrupted|E9828|director",
            "The portrait engine was interrupted. What you have is safe; please try again.",
        ),
        (
            r"failed validation",
            "The portrait engine couldn't work with these settings. What you have is safe; try others.",
        ),
        (
            r"time(d)? ?out|deadline",
            "The portrait engine took too long and was stopped. What you have is safe; please try again.",
        ),
    )
)


def in_words(error: str) -> str:
    """Say what an engine's error means for the person, what is safe, and what to do next."""
    return next((words for pattern, words in _TROUBLES if pattern.search(error)), UNKNOWN)
