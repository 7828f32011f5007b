"""An order to the engine: written down before the call that may cost money, so that no call is repeated blindly."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import Field, SQLModel

from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.rows import SCHEMA, Owned, moment, word

WE_WERE_OFF = timedelta(minutes=10)  # calls follow each other within a minute or so while a worker is there


class OrderKind(StrEnum):
    """What was asked of the engine."""

    TRAINING = "training"
    PREDICTION = "prediction"


class Order(Owned, table=True):
    """One call for a training or a prediction. A second call is another order, with a fingerprint of its own.

    `fingerprint` is something in the input that is ours alone (the uploaded zip's address, the seed), by which a
    call whose reply was lost is found again in the engine's list. `look_at` is when the engine is next asked while
    nobody watches; `heard_at` when it last told of the job or was asked. `attempts` counts the calls that it may have
    taken for the same wish, those of the orders before this one included. `tries` counts the jobs that were made for
    nothing before this one, `retry_of` is the order whose place this one took. `doubt` says to whoever runs the
    studio what could not be settled. `silent_since` is the first call of a row of calls about it that came to nothing,
    `silent_at` the last; `stopped_since` the first of those at its end whose photos something on the way took for too
    large. `stray_since` is when a job turned up of an order that had ended: nobody waits for what it
    makes, and it is called off until the engine has confirmed its end.

    `account` is whose the job is at the engine: to another account it looks as if it had never been. `unknown_since` is
    the first of a row of answers that the engine knows no such job. `uploading_since` is when photos were first handed
    over, until nothing of them is at the engine any more. `waits_until` is when the engine lets us send it at the
    soonest.

    `is_double`: it was never a call. The engine made a second job of the call of `retry_of`, and this stands for that
    job until its end is confirmed (`services/doubles`).
    """

    __tablename__: ClassVar[Any] = "orders"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    kind: OrderKind = word(OrderKind.PREDICTION)
    training_id: UUID
    generation_id: UUID | None = None
    status: OrderStatus = word(OrderStatus.RECORDED)
    job_id: str | None = None
    fingerprint: str | None = None
    file_id: str | None = Field(default=None, description="the uploaded zip at the engine, deleted when it ends")
    attempts: int = 0
    tries: int = 0
    retry_of: UUID | None = None
    doubt: str | None = None
    sent_at: datetime | None = moment(default=None)
    lost_at: datetime | None = moment(default=None, description="when the call ended without a reply")
    heard_at: datetime | None = moment(default=None)
    cancel_asked_at: datetime | None = moment(default=None)
    look_at: datetime | None = moment(default=None)
    silent_since: datetime | None = moment(default=None)
    silent_at: datetime | None = moment(default=None)
    stopped_since: datetime | None = moment(default=None)
    stray_since: datetime | None = moment(default=None)
    account: str | None = None
    unknown_since: datetime | None = moment(default=None)
    uploading_since: datetime | None = moment(default=None)
    waits_until: datetime | None = moment(default=None)
    ended_at: datetime | None = moment(default=None)
    is_double: bool = False
    version: str | None = Field(default=None, description="a face model that its job made after it had ended here")

    def note_silence(
        self, moment: datetime, wait: timedelta = timedelta(), *, began: datetime | None = None
    ) -> datetime:
        """Note a call that came to nothing; return since when all have. While we ourselves were off, none was made.

        Args: wait: how long the engine has us wait at least for the next one. began: when this one was, where it may
            take its time, as an upload may. Neither is time in which we were off.
        """
        if self.silent_since is None or self.silent_at is None or (began or moment) - self.silent_at > WE_WERE_OFF:
            self.silent_since = moment
        self.silent_at = moment + 1.25 * wait  # some wait a quarter longer (`jobs/patience`)
        return self.silent_since

    def note_stop(self, moment: datetime, silent_since: datetime, *, is_one: bool) -> datetime | None:
        """Note whether a call that came to nothing was stopped on its way; return since when each of them was."""
        self.stopped_since = max(self.stopped_since or moment, silent_since) if is_one else None
        return self.stopped_since

    @property
    def is_open(self) -> bool:
        """Whether its job, which nobody waits for, has not come to its end for certain."""
        return self.stray_since is not None or self.doubt is not None

    @property
    def may_have_upload(self) -> bool:
        """Whether photos of it may be at the engine."""
        return self.file_id is not None or self.uploading_since is not None


class Delivery(Owned, table=True):
    """One webhook taken in; its id is the sender's, so that a second delivery of the same news is known."""

    __tablename__: ClassVar[Any] = "deliveries"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    webhook_id: str
    order_id: UUID


class Watcher(SQLModel, table=True):
    """A person who has a tab open, until when; their jobs are asked about more often."""

    __tablename__: ClassVar[Any] = "watchers"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    owner_id: UUID = Field(primary_key=True)
    until: datetime = moment()
