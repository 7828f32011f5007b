"""What lies in the Trash, as its room shows it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from portrait_app.domain.retention import TRASH_STAYS
from portrait_app.domain.styles import STYLES
from portrait_app.web.views import engine_of

if TYPE_CHECKING:
    from datetime import datetime

    from portrait_app.domain.generation import Asset
    from portrait_app.domain.rows import Trashable
    from portrait_app.domain.training import Training
    from portrait_app.settings import Settings


@dataclass(frozen=True)
class TrashedModel:
    """A face model that was deleted; `said` is how long it stays, and what there is of it."""

    id: str
    name: str
    said: str

    @classmethod
    def of(cls, row: Training, photo_count: int, now: datetime) -> TrashedModel:
        """Cut a face model."""
        photos = f" · {photo_count} photo{'s' * (photo_count != 1)}" if photo_count else ""
        return cls(str(row.id), row.name, f"{days_left(row, now)}{photos} · learned {engine_of(row)}")


@dataclass(frozen=True)
class TrashedPortrait:
    """A portrait that was deleted. Its picture is opened by its owner's session, by no link."""

    id: str
    alt: str
    picture: str
    ratio: float
    colour: str
    said: str

    @classmethod
    def of(cls, row: Asset, now: datetime) -> TrashedPortrait:
        """Cut a portrait."""
        style = STYLES[row.style].title if row.style in STYLES else row.style
        ratio = row.width / row.height if row.height else 1.0
        return cls(str(row.id), f"{style} portrait", f"/api/trash/{row.id}", ratio, row.colour, days_left(row, now))


def stays(settings: Settings) -> str:
    """Say how long what is deleted stays, and who sees it: a store opens what it was just asked for a little longer."""
    links = "no link opens it"
    if settings.store is not None:
        links += "; what was opened just before closes within ten minutes"
    return f"What you delete stays here for {TRASH_STAYS.days} days. Nobody sees it; {links}."


def days_left(row: Trashable, now: datetime) -> str:
    """Say how long it can still be restored, in whole days begun."""
    assert row.deleted_at is not None
    days = math.ceil((row.deleted_at + TRASH_STAYS - now) / timedelta(days=1))
    return f"{days} days left" if days > 1 else "Goes within a day"
