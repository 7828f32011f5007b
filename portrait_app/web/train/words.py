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


@dataclass(frozen=True)
class Question:
    """What is asked before a face model is deleted."""

    title: str = ""
    loss: str = ""


def before_deleting(name: str, engine: str, *, photo_count: int, kept: int, coming: int) -> Question:
    """Say what will be lost and what stays; `engine` is where the face was learned, e.g. "at Replicate"."""
    its_photos = f" and its {photos(photo_count)}" if photo_count else ""
    verb = "are" if photo_count else "is"
    said = [f"The face model{its_photos} {verb} deleted for good, here and {engine}."]
    if coming:
        said.append("Its portraits that are on their way won't be made.")
    if kept:
        said.append(f"The {portraits(kept)} made from it {'stays' if kept == 1 else 'stay'} in your gallery.")
    return Question(f"Delete {name}?", " ".join(said))


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


def portraits(number: int) -> str:
    """Count portraits in words."""
    return f"{number} portrait{'' if number == 1 else 's'}"


def photos(number: int, kind: str = "") -> str:
    """Count photos in words: "1 photo", "7 good photos"."""
    return f"{number} {kind}photo{'' if number == 1 else 's'}"
