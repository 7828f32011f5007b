"""What somebody agrees to before their first photo: the words are code, and each set of them has a version."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import Field, SQLModel

from portrait_app.domain.rows import SCHEMA, moment, new_id

VERSION = "2026-11-28"
"""Of the words below. Whoever changes what they mean gives them another version, and everybody is asked again."""
STATEMENT = "These are photos of me, or of an adult who agreed."
DETAILS = (
    "The studio measures the face on them and learns a face model: that is what portraits of this face are made from.",
    "Photos, face model and portraits are for this alone. Nobody else who uses this studio sees them.",
    "You can take your word back at any time, and delete everything.",
)


class Consent(SQLModel, table=True):
    """One person's word to one version of the text: written once, by the database's clock, and only taken back."""

    __tablename__: ClassVar[Any] = "consents"
    __table_args__: ClassVar[Any] = {"schema": SCHEMA}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    owner_id: UUID
    text_version: str
    given_at: datetime = moment()
    withdrawn_at: datetime | None = moment(default=None)
