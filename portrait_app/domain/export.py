"""A ZIP with everything that a person has here: asked for, made by a chore, kept for some days."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger
from sqlmodel import Field

from portrait_app.domain.rows import SCHEMA, Owned, moment, word

KEPT_FOR = timedelta(days=7)


class ExportStatus(StrEnum):
    """How far an export has come."""

    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"  # its file was deleted; the line stays and says so until another is asked for


class Export(Owned, table=True):
    """One export. `done` of `total` files are in it so far; `bytes` is the size of the whole ZIP."""

    __tablename__: ClassVar[Any] = "exports"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    status: ExportStatus = word(ExportStatus.MAKING)
    done: int = 0
    total: int = 0
    bytes: int = Field(default=0, sa_type=BigInteger)
    ready_at: datetime | None = moment(default=None)
    expires_at: datetime | None = moment(default=None)
    trouble: str | None = Field(default=None, description="why it came to nothing, in words for the person")
