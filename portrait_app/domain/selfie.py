"""One photo of a draft: where it lies, and what was seen in it."""

from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from portrait_app.domain.rows import SCHEMA, Owned, word

FEWEST, MOST = 4, 30
MOST_REFUSED = 60  # files of one draft that are no photos: each is shown, and told to every tab, until it is removed
MAX_BYTES = 25 * 1024 * 1024


class SelfieStatus(StrEnum):
    """What became of a photo that was handed in."""

    EXAMINING = "examining"
    FINE = "fine"
    DOUBTFUL = "doubtful"  # has hints; the person may overrule them
    FACELESS = "faceless"  # nothing to learn from: can't be overruled
    REFUSED = "refused"  # no picture that could be opened


class Selfie(Owned, table=True):
    """One photo of a draft.

    `hints` are the words of `faces.quality.Hint`; `seen` is the examination as plain data; `refusal` says why a
    file was not taken. `incoming_key` is the upload as it came, gone from the bucket once examined; `key` is the
    clean copy (no EXIF), beside it thumbnails.
    """

    __tablename__: ClassVar[Any] = "selfies"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    training_id: UUID
    filename: str
    status: SelfieStatus = word(SelfieStatus.EXAMINING)
    hints: list[str] = Field(default_factory=list, sa_type=JSONB)
    is_overruled: bool = False
    refusal: str | None = None
    seen: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    incoming_key: str | None = None
    key: str | None = None
    width: int = 0
    height: int = 0
    colour: str = ""

    @property
    def is_usable(self) -> bool:
        """Whether a training may learn from it."""
        return self.status is SelfieStatus.FINE or (self.status is SelfieStatus.DOUBTFUL and self.is_overruled)
