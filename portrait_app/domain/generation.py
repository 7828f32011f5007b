"""An order of portraits in one style, and the portraits that come of it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlmodel import Field

from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus
from portrait_app.domain.rows import SCHEMA, Owned, Trashable, moment, word

MOST_AT_ONCE = 8


class Loss(StrEnum):
    """Why a portrait came to nothing."""

    HELD_BACK = "held_back"
    REMOVED = "removed"
    DAMAGED = "damaged"
    CALLED_OFF = "called_off"
    NOT_MADE = "not_made"
    IN_DOUBT = "in_doubt"
    NEVER_TAKEN = "never_taken"

    @property
    def is_unmade(self) -> bool:
        """Whether no job was heard of that could have made it: should one turn up, its place is open."""
        return self in (Loss.NOT_MADE, Loss.IN_DOUBT, Loss.NEVER_TAKEN)

    @property
    def words(self) -> str:
        """What follows "it was"."""
        return _LOSSES[self]


_LOSSES = {
    Loss.HELD_BACK: "held back by the safety check",
    Loss.REMOVED: "removed by the engine before it was kept",
    Loss.DAMAGED: "damaged on its way to us",
    Loss.CALLED_OFF: "called off before being made",
    Loss.NOT_MADE: "not made",
    Loss.IN_DOUBT: "left in doubt when the connection broke",
    Loss.NEVER_TAKEN: "never taken by the portrait engine",
}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


def shortfall(count: int, losses: Sequence[Loss]) -> str:
    """Say how many of an order's portraits came and why the others didn't: "3 of 4; one was held back by …".

    Args:
        count: how many were ordered.
        losses: of each that came to nothing; at least one.
    """
    each = Counter(losses)
    if len(losses) < count:
        parts = [f"{_number(n)} {_was(n)} {loss.words}" for loss, n in each.items()]
        return f"{count - len(losses)} of {count}; {', '.join(parts)}."
    if len(each) == 1:
        return f"{_all(count)} {_was(count)} {losses[0].words}."
    parts = [f"{_number(n)} {_was(n)} {loss.words}" for loss, n in each.items()]
    return f"None of {count}: {', '.join(parts)}."


def _all(count: int) -> str:
    return {1: "It", 2: "Both"}.get(count, f"All {_number(count)}")


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


class Generation(Owned, table=True):
    """Portraits ordered together: one face model, one style, one seed (portrait n uses seed + n)."""

    __tablename__: ClassVar[Any] = "generations"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    training_id: UUID
    style: str
    aspect: str = "4:5"
    count: int = 1
    seed: int
    is_first_set: bool = False
    status: GenerationStatus = word(GenerationStatus.QUEUED)
    trouble: str | None = None
    ended_at: datetime | None = moment(default=None)


class Asset(Trashable, table=True):
    """One portrait: a placeholder from the moment it is ordered, a picture in our bucket once it is kept.

    `key` names the original in the bucket; thumbnails lie beside it. `likeness` is the distance of its face from
    the person's own (0.2..0.5 the same person, above 0.6 somebody else), where it could be measured. `face` is where
    its largest face is: left, top, right and bottom, in fractions of the picture; None where none was found.
    `purge_asked_at` is when it was to go for good: nothing brings it back from then on.
    """

    __tablename__: ClassVar[Any] = "assets"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    generation_id: UUID
    training_id: UUID
    position: int
    style: str
    status: AssetStatus = word(AssetStatus.PENDING)
    source_url: str | None = None
    key: str | None = None
    mime: str = ""
    bytes: int = 0
    width: int
    height: int
    colour: str = ""
    likeness: float | None = None
    face: list[float] | None = Field(default=None, sa_type=JSONB)
    loss: str | None = Field(default=None, description="the `Loss`, when it came to nothing")
    trouble: str | None = None
    kept_at: datetime | None = moment(default=None)
    purge_asked_at: datetime | None = moment(default=None)


def _size(row: DefaultExecutionContext) -> int:
    return len(row.get_current_parameters()["picture"])


class HeldPicture(Owned, table=True):
    """The picture of a portrait, as the engine made it, that no bucket took: it has the portrait's id."""

    __tablename__: ClassVar[Any] = "held_pictures"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    picture: bytes = Field(sa_type=LargeBinary)
    bytes: int = Field(sa_column_kwargs={"default": _size})
