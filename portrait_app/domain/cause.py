"""Why a job ended without what was asked of it: a word that the services act on."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """What went wrong with a job that the engine had taken."""

    SAFETY = "held back by the safety check"
    NO_FACE = "no face in the photos"
    BAD_INPUT = "inputs that the model doesn't take"
    MEMORY = "out of memory"
    NEVER_STARTED = "took too long to start"
    INTERRUPTED = "interrupted by the engine itself"
    TOO_LONG = "took too long"
    NOT_IN_TIME = "its deadline passed before it began"
    NO_MODEL = "a training that made no face model"
    UNNAMED = "a training that went well and no longer says what it made"
    GONE = "its results were removed before they were fetched"
    UNKNOWN = "something else"
