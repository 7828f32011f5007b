"""What the room says of the engine, and of when a browser was used."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portrait_app.settings import Settings

HERE = (
    "The darkroom, on the computer this studio runs on. It relights and restyles your own photos, and invents no "
    "clothes and no scenes."
)
NOTHING_LEAVES = "Nothing leaves that computer, and nothing costs money."
COSTS_NOTHING = "Nothing costs money."
ELSEWHERE = (
    "Replicate, over the internet. Your selfies are lent to it while it learns your face; each face model and each "
    "portrait is billed to this studio's account there."
)


def engine(settings: Settings) -> str:
    """Say what makes the pictures, and whether anything leaves the studio's computer for that."""
    if not settings.is_darkroom:
        return ELSEWHERE
    is_all_here = settings.store is None and settings.database_url is None
    return f"{HERE} {NOTHING_LEAVES if is_all_here else COSTS_NOTHING}"


def used(ago: timedelta) -> str:
    """Say when a browser was last used, as roughly as it is known."""
    if ago < timedelta(minutes=10):
        return "In use now"
    if ago < timedelta(hours=1):
        return "Used within the hour"
    if ago < timedelta(days=1):
        hours = round(ago / timedelta(hours=1))
        return f"Used {hours} hour{'s' * (hours != 1)} ago"
    return f"Used {ago.days} day{'s' * (ago.days != 1)} ago"
