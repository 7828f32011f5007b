"""The one kind of error this house raises on purpose, with words for the log and words for the person."""

from __future__ import annotations

from typing import ClassVar


class PortraitError(Exception):
    """Something expected went wrong.

    The exception's own message is for the log and may name ids. `headline` and `hint` are for the person: what
    happened, what is safe, what to do next. `is_retryable` says whether trying again later can help.
    """

    headline: ClassVar[str] = "That didn't work"
    hint: str = "Nothing was lost. Please try again."
    is_retryable: ClassVar[bool] = False


class NotFound(PortraitError):
    """The thing asked for does not exist, or belongs to somebody else: the answer is the same."""

    headline = "We couldn't find that"
    hint = "It may have been deleted. Everything else is where it was."


class SignedOut(PortraitError):
    """There is no signed-in person behind the request or event."""

    headline = "Please sign in again"
    hint = "Your session ended. What you saved is safe."
