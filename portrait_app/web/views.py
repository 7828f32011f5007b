"""Frozen cuts of rows, as the screen needs them: words instead of codes, links instead of keys, no row ever whole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from portrait_app.domain.catalogue import BUILT_IN
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import AssetStatus, TrainingStatus
from portrait_app.domain.selfie import SelfieStatus
from portrait_app.domain.styles import STYLES
from portrait_app.services.cancelling import STOPPING
from portrait_app.services.removal import UNNAMED, UNSURE
from portrait_app.services.thumbnails import WIDTHS_PX, small_key
from portrait_app.web.train import words

if TYPE_CHECKING:
    from datetime import datetime

    from portrait_app.domain.generation import Asset
    from portrait_app.domain.selfie import Selfie
    from portrait_app.domain.training import Training
    from portrait_app.ports.bucket import Links

SOON_GONE = timedelta(seconds=45)  # so long, a deletion may take before that is worth a word
_FAILED = (TrainingStatus.FAILED, TrainingStatus.CANCELED, TrainingStatus.IN_DOUBT)
MOMENT_S = 30  # so late, a training that was to end any moment takes longer than was expected

HINT_WORDS = {
    "no_face": "No face found",
    "several_people": "Two people?",
    "face_too_small": "Face too small",
    "blurred": "Blurred",
    "too_dark": "Too dark",
    "too_bright": "Too bright",
    "eyes_closed": "Eyes closed?",
    "near_duplicate": "Nearly the same photo",
    "somebody_else": "Somebody else?",
}


@dataclass(frozen=True)
class Picture:
    """A picture in four sizes, and what stands in its place until it arrives.

    Attributes:
        small, medium, large: addresses of thumbnails with 320, 640 and 1280 px on the longer edge; empty while coming.
        full: address of the original.
        srcset: the three thumbnails for an `<img srcset>`, each with its own width.
        ratio: width / height.
        colour: `#rrggbb`.
    """

    small: str = ""
    medium: str = ""
    large: str = ""
    full: str = ""
    srcset: str = ""
    width: int = 0
    height: int = 0
    ratio: float = 1.0
    colour: str = ""

    @classmethod
    def of(cls, links: Links, row: Asset | Selfie) -> Picture:
        """Cut a kept picture; one that is not there yet has its shape alone."""
        ratio = row.width / row.height if row.height else 1.0
        if row.key is None:
            return cls(width=row.width, height=row.height, ratio=ratio, colour=row.colour)
        small_ones = {edge_px: links.to(small_key(row.key, edge_px)) for edge_px in WIDTHS_PX}
        srcset = ", ".join(f"{link} {round(edge_px * min(1.0, ratio))}w" for edge_px, link in small_ones.items())
        small, medium, large = small_ones.values()
        return cls(small, medium, large, links.to(row.key), srcset, row.width, row.height, ratio, row.colour)


@dataclass(frozen=True)
class SelfieCard:
    """One photo of the draft. Exactly one of the `is_` statements about its state holds."""

    id: str
    filename: str
    picture: Picture
    hint: str
    is_examining: bool
    is_fine: bool
    is_doubtful: bool
    is_overruled: bool
    is_faceless: bool
    is_refused: bool

    @classmethod
    def of(cls, links: Links, row: Selfie) -> SelfieCard:
        """Cut a photo."""
        return cls(
            id=str(row.id),
            filename=row.filename,
            picture=Picture.of(links, row),
            hint=row.refusal or (HINT_WORDS[row.hints[0]] if row.hints else ""),
            is_examining=row.status is SelfieStatus.EXAMINING,
            is_fine=row.status is SelfieStatus.FINE,
            is_doubtful=row.status is SelfieStatus.DOUBTFUL and not row.is_overruled,
            is_overruled=row.status is SelfieStatus.DOUBTFUL and row.is_overruled,
            is_faceless=row.status is SelfieStatus.FACELESS,
            is_refused=row.status is SelfieStatus.REFUSED,
        )


WAITING = "Waiting for the portrait engine, {}"


@dataclass(frozen=True)
class TrainingCard:
    """One face model on the shelf: its phase and percent while it is learned, its cover once it is ready.

    It is running, ready, failed (of which some were stopped or are in doubt), leaving or gone. While it is leaving
    `trouble` says what that waits for; `removed_at` is when it was deleted, as ISO 8601 in UTC. `engine` says where it
    was learned, `photos` what there is of its photos; `photos_day` is the moment that ends that sentence, or nothing.
    """

    id: str
    name: str
    phase: str
    percent: int
    time_left: str
    trouble: str
    cover: str
    is_running: bool
    is_stopping: bool
    is_stopped: bool
    is_ready: bool
    is_failed: bool
    is_in_doubt: bool
    is_leaving: bool
    is_gone: bool
    engine: str
    removed_at: str
    photos: str
    photos_day: str
    can_try_again: bool

    @classmethod
    def of(
        cls, row: Training, cover: str = "", photos: tuple[str, str] = ("", ""), waits_until: datetime | None = None
    ) -> TrainingCard:
        """Cut a face model.

        Args: cover: the address of a picture to know it by. photos: what is said of its photos. waits_until: when the
            engine lets us send it.
        """
        is_wanted_gone = row.removal_asked_at is not None
        return cls(
            id=str(row.id),
            name=row.name,
            phase=WAITING.format(about(waits_until, now())) if waits_until and row.phase != STOPPING else row.phase,
            percent=int(row.percent),
            time_left="" if row.phase == STOPPING else time_left(row, now()),
            trouble=not_confirmed(row, now()) if is_wanted_gone else words.why_not_learned(row),
            cover=cover,
            is_running=row.status in (TrainingStatus.QUEUED, TrainingStatus.LEARNING),
            is_stopping=row.phase == STOPPING,
            is_stopped=row.status is TrainingStatus.CANCELED,
            is_ready=row.is_offered,
            is_failed=row.status in _FAILED and not is_wanted_gone,
            is_in_doubt=row.status is TrainingStatus.IN_DOUBT,
            is_leaving=is_wanted_gone and row.removed_at is None,
            is_gone=row.removed_at is not None,
            engine=engine_of(row),
            removed_at=row.removed_at.isoformat() if row.removed_at else "",
            photos=photos[0],
            photos_day=photos[1],
            can_try_again=row.photos_deleted_at is None,
        )


@dataclass(frozen=True)
class PortraitCard:
    """One portrait, or the place it will take."""

    id: str
    style: str
    alt: str
    trouble: str
    picture: Picture
    is_ready: bool
    is_coming: bool

    @classmethod
    def of(cls, links: Links, row: Asset) -> PortraitCard:
        """Cut a portrait."""
        style = STYLES[row.style].title if row.style in STYLES else row.style
        return cls(
            id=str(row.id),
            style=style,
            alt=f"{style} portrait",
            trouble=row.trouble or "",
            picture=Picture.of(links, row),
            is_ready=row.status is AssetStatus.KEPT,
            is_coming=row.status in (AssetStatus.PENDING, AssetStatus.FETCHING),
        )


def engine_of(row: Training) -> str:
    """Say where a face model was learned."""
    return "in the darkroom" if row.trainer == BUILT_IN else "at Replicate"


def not_confirmed(row: Training, moment: datetime) -> str:
    """Say what the deletion of a face model waits for, once it takes longer than it should."""
    if row.removal_asked_at is None or row.removed_at is not None or moment - row.removal_asked_at < SOON_GONE:
        return ""
    who = "The darkroom" if row.trainer == BUILT_IN else "Replicate"
    if row.phase == UNSURE:
        sure = "All that we know of is deleted. What became of one order was never told, so something may be left"
        return f"{sure} {engine_of(row)}; whoever runs the studio is told."
    if row.phase == UNNAMED:
        which = f"{who} no longer says which face model it made, so that is still there; nothing is made from it."
        return f"{which} Whoever runs the studio is told, and can delete it there; there is nothing for you to do."
    return f"{who} hasn't confirmed it yet. We keep asking until it does; there is nothing for you to do."


def about(until: datetime, moment: datetime) -> str:
    """Say about how long something waits."""
    return f"about {in_words((until - moment).total_seconds(), round_up=True)}"


def time_left(row: Training, moment: datetime) -> str:
    """Say how long a training still takes at this moment, and whether that is an estimate or it is late."""
    if row.ends_at is None or row.started_at is None:
        return ""
    seconds = (row.ends_at - moment).total_seconds()
    if seconds > 0:
        return f"about {in_words(seconds)}, an estimate" if row.is_estimate else f"about {in_words(seconds)} left"
    if not row.is_estimate:
        return "any moment now" if seconds > -MOMENT_S else "taking longer than expected"
    if row.usual_most_s is None:
        return f"taking longer than usual (usually about {in_words((row.ends_at - row.started_at).total_seconds())})"
    return f"taking longer than usual (usually up to {in_words(row.usual_most_s, round_up=True)})"


def in_words(seconds: float, *, round_up: bool = False) -> str:
    """Say how long something takes, no finer than it can be known: "40 s", "20 min", "1 h 5 min"."""
    to_whole = math.ceil if round_up else round
    if seconds < 60:  # noqa: PLR2004 -- a minute
        return f"{max(1, to_whole(seconds))} s"
    hours, minutes = divmod(to_whole(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
