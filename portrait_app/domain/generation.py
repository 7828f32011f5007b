"""An order of portraits in one style, and the portraits that come of it."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus
from portrait_app.domain.rows import SCHEMA, Owned, moment, word

MOST_AT_ONCE = 8


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


class Asset(Owned, table=True):
    """One portrait: a placeholder from the moment it is ordered, a picture in our bucket once it is kept.

    `key` names the original in the bucket; thumbnails lie beside it. `likeness` is the distance of its face from
    the person's own (0.2..0.5 the same person, above 0.6 somebody else), where it could be measured.
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
    trouble: str | None = None
    kept_at: datetime | None = moment(default=None)
