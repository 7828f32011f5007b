"""What a person may be told of while they are elsewhere, and the ways in which it reaches them."""

from __future__ import annotations

from enum import StrEnum


class Occasion(StrEnum):
    """What a person chooses to be told of."""

    MODEL_READY = "model_ready"
    FIRST_SET = "first_set"
    FAILED = "failed"


class Channel(StrEnum):
    """How it reaches them. What is saved says yes or no to each by its name, so that more can follow."""

    MAIL = "mail"
    TOAST = "toast"


class Happening(StrEnum):
    """One thing that happened; the mail about it is called the same."""

    MODEL_READY = "model_ready"
    MODEL_FAILED = "model_failed"
    MODEL_IN_DOUBT = "model_in_doubt"
    MODEL_UNNAMED = "model_unnamed"
    FIRST_SET = "first_set"
    PORTRAITS_FAILED = "portraits_failed"
    PORTRAITS_IN_DOUBT = "portraits_in_doubt"

    @property
    def occasion(self) -> Occasion:
        """Which choice of the person rules it."""
        return _OCCASIONS[self]


_OCCASIONS = {
    Happening.MODEL_READY: Occasion.MODEL_READY,
    Happening.MODEL_FAILED: Occasion.FAILED,
    Happening.MODEL_IN_DOUBT: Occasion.FAILED,
    Happening.MODEL_UNNAMED: Occasion.FAILED,
    Happening.FIRST_SET: Occasion.FIRST_SET,
    Happening.PORTRAITS_FAILED: Occasion.FAILED,
    Happening.PORTRAITS_IN_DOUBT: Occasion.FAILED,
}
