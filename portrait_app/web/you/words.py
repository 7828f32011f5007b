"""What the room says of the engine and of what is kept."""

from __future__ import annotations

from datetime import timedelta

HERE = (
    "The darkroom, on the computer this studio runs on. It relights and restyles your own photos, and invents no "
    "clothes and no scenes. Nothing leaves that computer, and nothing costs money."
)
ELSEWHERE = (
    "Replicate, over the internet. Your selfies are lent to it while it learns your face; each face model and each "
    "portrait is billed to this studio's account there."
)

_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def size(count: int) -> str:
    """Say how much room something takes, in steps of 1,000 as phones do, no finer than one likes to know."""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:  # noqa: PLR2004 -- a step
        amount, unit = amount / 1000, unit + 1
    is_fine = unit > 1 and amount < 10  # noqa: PLR2004 -- one digit before the point
    return f"{amount:.1f} {_UNITS[unit]}" if is_fine else f"{amount:.0f} {_UNITS[unit]}"


def portraits(count: int, total_bytes: int) -> str:
    """Say how many portraits are kept and how much room they take."""
    return f"{count:,} · {size(total_bytes)}" if count else "None yet"


def selfies(count: int) -> str:
    """Say how many selfies are kept."""
    return f"{count:,}" if count else "None yet"


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
