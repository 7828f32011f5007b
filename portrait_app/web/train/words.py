"""What the training room says about a set of photos, and what it still asks for."""

from __future__ import annotations

from dataclasses import dataclass

from portrait_app.domain.selfie import FEWEST

PLENTY = 12  # from here on more photos hardly make a face model better

STAY_HERE = "Your photos stay on the computer this studio runs on, and go nowhere else."
GO_TO_REPLICATE = "Your photos are kept here and lent to Replicate only while it learns your face."
REMOVED_MEANS_DELETED = "One you remove is deleted at once."


@dataclass(frozen=True)
class Count:
    """How many photos are good, in words, and what would be better; `is_enough` when a training may start."""

    headline: str
    hint: str
    is_enough: bool


def count(good: int, examining: int) -> Count:
    """Say where a set of photos stands."""
    if examining:
        return Count(f"Checking {photos(examining)}", f"{good} good so far" if good else "", is_enough=False)
    if not good:
        return Count("No good photo yet", f"{FEWEST} to begin", is_enough=False)
    if good < FEWEST:
        return Count(photos(good, "good "), f"{FEWEST - good} more to begin", is_enough=False)
    hint = f"{PLENTY - good} more would help" if good < PLENTY else "That's plenty"
    return Count(photos(good, "good "), hint, is_enough=True)


def where_photos_stay(*, is_darkroom: bool) -> str:
    """Say, before the first photo comes, what will be done with it."""
    return f"{STAY_HERE if is_darkroom else GO_TO_REPLICATE} {REMOVED_MEANS_DELETED}"


def photos(number: int, kind: str = "") -> str:
    """Count photos in words: "1 photo", "7 good photos"."""
    return f"{number} {kind}photo{'' if number == 1 else 's'}"
