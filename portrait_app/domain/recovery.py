"""Codes that a person has put away for the day on which their passkey is lost."""

from datetime import datetime
from typing import Any, ClassVar

from portrait_app.domain.rows import SCHEMA, Owned, moment

AT_ONCE = 8
FEW = 2  # so many are left that it is said


class RecoveryCode(Owned, table=True):
    """One code, which is used once. It is known here by its slow hash and by its `position` in the set, from 0."""

    __tablename__: ClassVar[Any] = "recovery_codes"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    position: int
    code_hash: str
    used_at: datetime | None = moment(default=None)
