"""What every row has: an id made here, an owner, and the moment it was made."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Enum
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from portrait_app.domain.clock import now
from portrait_app.errors import NotFound

SCHEMA = "app"


def new_id() -> UUID:
    """Make a UUIDv7: unique without asking the database, and in the order of time, so that keys page well."""
    return uuid7()


def identified(text: str) -> UUID:
    """Read an id that came from outside.

    Raises:
        NotFound: it is no id, so there is nothing of that id.
    """
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("malformed id") from None


def moment(**options: Any) -> Any:
    """Declare a column that holds a moment with its zone; options as for `sqlmodel.Field`."""
    zoned: Any = DateTime(timezone=True)
    return Field(sa_type=zoned, **options)


def word(default: StrEnum, **options: Any) -> Any:
    """Declare a column that holds one word of `default`'s enum, kept as text so that new words need no new type."""
    kind: Any = Enum(type(default), native_enum=False, create_constraint=False, length=32, values_callable=_values)
    return Field(default=default, sa_type=kind, **options)


class Owned(SQLModel):
    """A row that belongs to one person and that only they can reach."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    owner_id: UUID
    created_at: datetime = moment(default_factory=now)


class Trashable(Owned):
    """A row that can be put into the Trash. `deleted_at` is when it was; until it is restored a person's own queries
    leave it out (`database/trash`).
    """  # noqa: D205 -- two sentences, too long for one line

    deleted_at: datetime | None = moment(default=None)


def _values(words: Iterable[StrEnum]) -> list[str]:
    return [w.value for w in words]
