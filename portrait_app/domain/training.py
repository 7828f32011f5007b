"""A face model: from the draft with its selfies, through its training, to what portraits are made from."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.rows import SCHEMA, Trashable, moment, word

LINE_STAYS = timedelta(days=3)  # for so long a face model that was deleted is still a line that says so


class Training(Trashable, table=True):
    """One face model of one person.

    `percent` is 0..100 and never goes back; `phase` is in words for the person. `version` is what portraits are
    ordered from, once ready: `owner/name:hash` at the engine.

    While it is learned (`domain/estimate`): `ends_at` is when it is expected to be ready, `is_estimate` while that is
    past runs' word and not its own bar's; 90 % of past runs took at most `usual_most_s`, and `tail_s` from the last
    step to the end. `stepped_at` is when its own last step was heard of.

    `photos_deleted_at` is when its photos were given up: from then on it can't be learned again. `identity` is the
    middle of what was measured on them, by which the likeness of its portraits is told; it goes with the face model.

    `deleted_at` is when it was put into the Trash. `removal_asked_at` is when it was deleted for good: nothing is made
    from it from either on. `removed_at` is when the engine had confirmed that its own copy is gone; the row stays
    while portraits of it are kept.
    """

    __tablename__: ClassVar[Any] = "trainings"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    name: str = ""
    status: TrainingStatus = word(TrainingStatus.DRAFT)
    trainer: str = ""
    phase: str = ""
    percent: float = 0.0
    ends_at: datetime | None = moment(default=None)
    is_estimate: bool = True
    usual_most_s: float | None = None
    tail_s: float = 0.0
    stepped_at: datetime | None = moment(default=None)
    started_at: datetime | None = moment(default=None)
    ended_at: datetime | None = moment(default=None)
    version: str | None = None
    trouble: str | None = Field(default=None, description="what went wrong, in words for the person")
    identity: list[float] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    photos_deleted_at: datetime | None = moment(default=None)
    removal_asked_at: datetime | None = moment(default=None)
    removed_at: datetime | None = moment(default=None)

    @property
    def is_offered(self) -> bool:
        """Whether portraits can be made from it."""
        return self.status is TrainingStatus.READY and self.is_wanted

    @property
    def is_wanted(self) -> bool:
        """Whether it was not deleted, neither for good nor into the Trash."""
        return self.removal_asked_at is None and self.deleted_at is None
