"""Accounts that a person has elsewhere and signs in with here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from portrait_app.domain.rows import SCHEMA, Owned, moment


@dataclass(frozen=True)
class Claim:
    """What a provider said of somebody, all of it checked.

    Attributes:
        provider: its key here: `oidc`, `google` or `github`.
        issuer: who says so; with `subject` it names the person for ever, whatever address they have.
        subject: the provider's own name for them.
        email: their address, lower case, or nothing.
        is_verified: whether the provider has made sure that the address is theirs.
        name: what they are called there.
        took_two_steps: whether it says that it asked for more than one factor.
        is_proven: whether it says that they proved themselves there just now; else their browser may have been known.
    """

    provider: str
    issuer: str
    subject: str
    email: str
    is_verified: bool
    name: str
    took_two_steps: bool = False
    is_proven: bool = False


class Identity(Owned, table=True):
    """One account elsewhere. The provider's tokens are not kept: they are never needed again."""

    __tablename__: ClassVar[Any] = "identities"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    provider: str
    issuer: str
    subject: str
    label: str
    used_at: datetime | None = moment(default=None)
