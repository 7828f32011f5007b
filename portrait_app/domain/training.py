"""A face model: from the draft with its selfies, through its training, to what portraits are made from."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field

from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.rows import SCHEMA, Owned, moment, word


class Training(Owned, table=True):
    """One face model of one person.

    `percent` is 0..100 and never goes back; `seconds_left` is an estimate at `heard_at`; `phase` is in words for
    the person. `version` is what portraits are ordered from, once ready: `owner/name:hash` at the engine.
    """

    __tablename__: ClassVar[Any] = "trainings"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    name: str = ""
    status: TrainingStatus = word(TrainingStatus.DRAFT)
    trainer: str = ""
    phase: str = ""
    percent: float = 0.0
    seconds_left: float | None = None
    heard_at: datetime | None = moment(default=None)
    started_at: datetime | None = moment(default=None)
    ended_at: datetime | None = moment(default=None)
    version: str | None = None
    trouble: str | None = Field(default=None, description="what went wrong, in words for the person")
