"""What the training room says about a set of photos, and what it still asks for."""

from __future__ import annotations

from portrait_app.domain.selfie import FEWEST

PLENTY = 12  # from here on more photos hardly make a face model better

STAY_HERE = "Your photos stay on the computer this studio runs on, and go nowhere else."
GO_TO_REPLICATE = "Your photos are kept here and lent to Replicate only while it learns your face."
REMOVED_MEANS_DELETED = "One you remove is deleted at once."


def counter(good: int) -> str:
    """Say how many photos are good, and how many more would be better."""
    if good < FEWEST:
        return f"{photos(good, 'good ')} · {FEWEST - good} more to begin"
    if good < PLENTY:
        return f"{photos(good, 'good ')} · {PLENTY - good} more would help"
    return f"{photos(good, 'good ')} · that's plenty"


def why_not_yet(good: int, examining: int) -> str:
    """Say why a training can't start yet; nothing when it can."""
    if good + examining < FEWEST:
        return f"Add {photos(FEWEST - good - examining, 'more ')}"
    if examining:
        return f"Still looking at {photos(examining)}"
    if good < FEWEST:
        return f"Add {photos(FEWEST - good, 'more ')}"
    return ""


def where_photos_stay(*, is_darkroom: bool) -> str:
    """Say, before the first photo comes, what will be done with it."""
    return f"{STAY_HERE if is_darkroom else GO_TO_REPLICATE} {REMOVED_MEANS_DELETED}"


def photos(count: int, kind: str = "") -> str:
    """Count photos in words: "1 photo", "7 good photos"."""
    return f"{count} {kind}photo{'' if count == 1 else 's'}"
