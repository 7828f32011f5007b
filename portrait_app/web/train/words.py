"""What the training room says about a set of photos, and what it still asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.retention import STAY_DAYS, TRASH_STAYS, photos_go_at
from portrait_app.domain.selfie import FEWEST
from portrait_app.services.offers import NotOffered
from portrait_app.services.retention import UnknownStay

if TYPE_CHECKING:
    from datetime import datetime

    from portrait_app.domain.training import Training

TRASH_DAYS = TRASH_STAYS.days
PLENTY = 12  # from here on more photos hardly make a face model better

STAY_HERE = "Your photos stay on the computer this studio runs on, and go nowhere else."
GO_TO_REPLICATE = "Your photos are kept here and lent to Replicate only while it learns your face."
IN_A_STORE = "Your photos lie in a store that whoever runs this studio has chosen, behind a wall of your own."
LEARNED_HERE = "Your face is learned on the computer this studio runs on."
IN_THE_MODEL = "The face model holds the best of them, cut around you, for as long as it is there."
LENT = "They are lent to Replicate only while it learns your face."
REMOVED_MEANS_DELETED = "One you remove is deleted at once."
BEGIN_ANEW = "To learn this face, please begin with new photos."
_SAFE = re.compile(r",? and your photos are safe|(?:Your photos|They) are safe[^.]*\. ?")  # as troubles put it


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


def before_putting_away(name: str) -> Question:
    """Say what is lost when a face model goes into the Trash while portraits of it are being made."""
    said = "Its portraits that are on their way won't be made, also if you bring it back."
    return Question(f"Delete {name}?", f"{said} The face model goes to the Trash for {TRASH_DAYS} days.")


def put_away(kept: int) -> str:
    """Say, of a face model in the Trash, how long it stays there, and what becomes of its portraits."""
    stay = f" Its {portraits(kept)} {'stays' if kept == 1 else 'stay'} in your gallery." if kept else ""
    return f"In the Trash for {TRASH_DAYS} days.{stay}"


def stays(days: int | None) -> str:
    """Say what becomes of photos that stay for so many days."""
    if days is None:
        return "Keep the photos"
    return f"Delete after {days} days" if days else "Delete the photos"


def value_of(days: int | None) -> str:
    """Write a number of days as what a menu sends."""
    return "keep" if days is None else str(days)


def days_of(value: str) -> int | None:
    """Read what a menu sent.

    Raises:
        UnknownStay: it isn't offered.
    """
    for days in STAY_DAYS:
        if value_of(days) == value:
            return days
    raise UnknownStay(f"{value[:20]!r} is not offered")


def photos_would_go(number: int) -> str:
    """Say what a choice deletes at once."""
    those = "1 photo that you gave" if number == 1 else f"{number} photos that you gave"
    return f"{those} earlier would be deleted now. The face models that were learned from them stay."


@dataclass(frozen=True)
class PhotosOf:
    """What is said of the photos of a face model: words, and a day that ends them (ISO 8601 in UTC), or none."""

    words: str = ""
    day: str = ""


def photos_of(training: Training, number: int, stay_days: int | None, moment: datetime) -> PhotosOf:
    """Say how many photos of a face model there are, and until when; nothing when there never were any to speak of."""
    gone_at = training.photos_deleted_at
    if not number:
        return PhotosOf("Photos deleted on", gone_at.isoformat()) if gone_at else PhotosOf()
    goes_at = gone_at or photos_go_at(training, stay_days)  # while there are any, they are said to be
    if goes_at is None:
        return PhotosOf(f"{photos(number)} kept")
    if goes_at <= moment:
        return PhotosOf(f"{photos(number)}, being deleted")
    return PhotosOf(f"{photos(number)}, deleted on", goes_at.isoformat())


def why_not_learned(training: Training) -> str:
    """Say why a face could not be learned, and once that its photos are safe: while there are any, and no longer."""
    said = training.trouble or ""
    if training.photos_deleted_at is not None:
        return f"{_SAFE.sub('', said).strip()} {BEGIN_ANEW}" if said else ""
    if training.status is not TrainingStatus.FAILED or "safe" in said:
        return said
    return f"{said} Your photos are safe.".strip()


def count(good: int, examining: int, *, is_offered: bool = True) -> Count:
    """Say where a set of photos stands; whether any face can be learned just now comes first."""
    if not is_offered:
        return Count(NotOffered.headline, "Your photos are safe", is_enough=False)
    if examining:
        return Count(f"Checking {photos(examining)}", f"{good} good so far" if good else "", is_enough=False)
    if not good:
        return Count("No good photo yet", f"{FEWEST} to begin", is_enough=False)
    if good < FEWEST:
        return Count(photos(good, "good "), f"{FEWEST - good} more to begin", is_enough=False)
    hint = f"{PLENTY - good} more would help" if good < PLENTY else "That's plenty"
    return Count(photos(good, "good "), hint, is_enough=True)


def where_photos_stay(*, is_darkroom: bool, has_store: bool) -> str:
    """Say, before the first photo comes, what will be done with it."""
    said = [f"{IN_A_STORE} {LEARNED_HERE if is_darkroom else LENT}"] if has_store else []
    said = said or [STAY_HERE if is_darkroom else GO_TO_REPLICATE]
    return " ".join([*said, REMOVED_MEANS_DELETED, *([IN_THE_MODEL] if is_darkroom else [])])


def portraits(number: int) -> str:
    """Count portraits in words."""
    return f"{number} portrait{'' if number == 1 else 's'}"


def photos(number: int, kind: str = "") -> str:
    """Count photos in words: "1 photo", "7 good photos"."""
    return f"{number} {kind}photo{'' if number == 1 else 's'}"
