"""A mail to a person: written down by what it is for, and worded only when it is sent."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import LargeBinary
from sqlmodel import Field

from portrait_app.domain.happening import Happening
from portrait_app.domain.rows import SCHEMA, Owned, moment, word

LINK_LIFETIME = timedelta(minutes=10)


class MailKind(StrEnum):
    """What a mail is for."""

    CONFIRM = "confirm"  # a link that confirms the address it was sent to
    RESET = "reset"  # a link to a new password
    LET_IN = "let_in"  # the same, by the operator's word, for who has lost more than a password
    TAKEN = "taken"  # somebody wanted to sign up with an address that has an account
    NEW_PASSWORD = "new_password"  # noqa: S105 -- news, no password
    NEW_ADDRESS = "new_address"  # to the former one
    EXPORT_READY = "export_ready"
    LEAVING = "leaving"  # somebody asked for their account to be deleted
    LEFT = "left"  # it was
    NEW_WAYS = "new_ways"  # a passkey or an account elsewhere was added or taken away
    TWO_STEPS_ON = "two_steps_on"
    TWO_STEPS_OFF = "two_steps_off"
    NEW_CODES = "new_codes"  # for recovery, in place of the old
    CODE_USED = "code_used"
    MODEL_READY = Happening.MODEL_READY.value
    MODEL_FAILED = Happening.MODEL_FAILED.value
    MODEL_IN_DOUBT = Happening.MODEL_IN_DOUBT.value
    MODEL_UNNAMED = Happening.MODEL_UNNAMED.value
    FIRST_SET = Happening.FIRST_SET.value
    PORTRAITS_FAILED = Happening.PORTRAITS_FAILED.value
    PORTRAITS_IN_DOUBT = Happening.PORTRAITS_IN_DOUBT.value

    @property
    def has_link(self) -> bool:
        """Whether it carries a link that is used up."""
        return self is MailKind.CONFIRM or self.sets_password

    @property
    def sets_password(self) -> bool:
        """Whether its link leads to a new password."""
        return self in (MailKind.RESET, MailKind.LET_IN)

    @property
    def is_news(self) -> bool:
        """Whether it tells of a `Happening`: only while nobody looks, and only to who wants it."""
        return self.value in {happening.value for happening in Happening}


class Mail(Owned, table=True):
    """One mail. Its link's token is made when it is sent, and known here by its SHA-256 alone."""

    __tablename__: ClassVar[Any] = "mails"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    kind: MailKind = word(MailKind.CONFIRM)
    address: str
    token_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    expires_at: datetime | None = moment(default=None)
    sent_at: datetime | None = moment(default=None)
    used_at: datetime | None = moment(default=None)
