"""A person's passkeys: of each only the public half is known here."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field

from portrait_app.domain.rows import SCHEMA, Owned, moment


class Passkey(Owned, table=True):
    """One passkey. `is_synced` says that its maker keeps copies of it, on a person's other devices say."""

    __tablename__: ClassVar[Any] = "passkeys"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    name: str
    credential_id: bytes = Field(sa_type=LargeBinary)
    public_key: bytes = Field(sa_type=LargeBinary)
    sign_count: int = Field(default=0, sa_type=BigInteger)
    is_synced: bool = False
    used_at: datetime | None = moment(default=None)
