"""What can go wrong when something is put into a bucket."""

from __future__ import annotations

from portrait_app.errors import PortraitError


class ObjectTooLarge(PortraitError):
    """More bytes came than may be kept; nothing was kept."""

    headline = "That file is too large"

    def __init__(self, key: str, max_bytes: int) -> None:
        super().__init__(f"{key} has more than {max_bytes} bytes")
        self.hint = f"It may have up to {max_bytes // 1024**2} MB. Choose a smaller copy; everything else is safe."


class BucketFull(PortraitError):
    """The store has no room; nothing was kept."""

    headline = "There's no room left to save this"
    hint = "What you have is safe. Free some space where the studio keeps its data, then try again."
    is_retryable = True


class BadKey(PortraitError):
    """A key isn't one of ours: `u/{owner_id}/` and plain names. A fault of the caller, never of the person."""

    headline = "We couldn't save or open that"
    hint = "This is our mistake; nothing you have was touched."


class NotTheirs(BadKey):
    """A key lies outside the folder of the person that the work is for."""


class BucketDown(PortraitError):
    """The store doesn't answer, or answers that it can't just now."""

    headline = "Your pictures can't be reached just now"
    hint = "They are safe, and so is everything else. Please try again in a few minutes."
    is_retryable = True


class StoreRefused(BucketDown):
    """The store says that we may not: its access isn't set up as it should be, which `make doctor` looks into."""
