"""A person's account, the sessions in which they are signed in, and who lets others in."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from portrait_app.domain.clock import now
from portrait_app.domain.retention import AT_FIRST
from portrait_app.domain.rows import SCHEMA, Owned, moment, new_id


class Account(SQLModel, table=True):
    """One person. Its id is the `owner_id` of everything they have.

    `leave_at` is when all of it is deleted, once they have asked to leave; until then they may stay.
    `preferences` is read by `Preferences.of`, and `look` by `Look.of`. `picture_id` is the portrait they wear, and
    `usual_model_id` the face model that Create begins with: both their own, which the database sees to.
    `two_steps_at` is since when a password is not enough to come in, where the person chose so. `let_in_at` is when
    they were let in where there is no mail server: by being the first, by an invitation, or by the operator. It says
    nothing of whose the address is, as `verified_at` does.
    """

    __tablename__: ClassVar[Any] = "accounts"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    email: str
    name: str
    password_hash: str
    look: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    preferences: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    picture_id: UUID | None = None
    usual_model_id: UUID | None = None
    created_at: datetime = moment(default_factory=now)
    verified_at: datetime | None = moment(default=None)
    let_in_at: datetime | None = moment(default=None)
    two_steps_at: datetime | None = moment(default=None)
    leave_at: datetime | None = moment(default=None)
    photos_stay_days: int | None = Field(default=AT_FIRST, description="see `domain/retention.STAY_DAYS`")

    def may_come_in(self, *, confirms_addresses: bool) -> bool:
        """Whether the account can be entered: nobody's word stands in for the mail where there is a mail server."""
        return self.verified_at is not None or (self.let_in_at is not None and not confirms_addresses)


class Session(Owned, table=True):
    """One signed-in browser; the cookie's token is known here by its SHA-256 alone.

    `took_two_steps` says that it was opened by two factors: a passkey, alone or after another step, say. `is_proven`
    says that the person showed something for it just then, a password say; a provider may only know their browser.
    """

    __tablename__: ClassVar[Any] = "sessions"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    token_hash: bytes = Field(sa_type=LargeBinary)
    device: str = ""
    took_two_steps: bool = False
    is_proven: bool = False
    expires_at: datetime = moment()
    seen_at: datetime = moment(default_factory=now)
    revoked_at: datetime | None = moment(default=None)


class Operator(SQLModel, table=True):
    """Whose house this is: the first who came in. There is one."""

    __tablename__: ClassVar[Any] = "operators"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    owner_id: UUID = Field(primary_key=True)


class Invite(Owned, table=True):
    """Lets one person sign up; the link's token is known here by its SHA-256 alone."""

    __tablename__: ClassVar[Any] = "invites"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    token_hash: bytes = Field(sa_type=LargeBinary)
    expires_at: datetime = moment()
    used_at: datetime | None = moment(default=None)
