"""Moments as Replicate writes them: UTC, ISO 8601, ending in Z."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Write a moment with six decimals, so that stamps sort as text in the order of time.

    Raises: OverflowError: in UTC it lies outside the years 1 to 9999.
    """
    # Not strftime: it writes a year before 1000 with fewer than four digits, and those would not sort.
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def read_stamp(text: str) -> datetime:
    """Read any ISO 8601 moment; one without a zone is taken as UTC.

    Raises: ValueError: `text` is no moment.
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Clock:
    """The time, and waiting for it to pass; a test brings one whose minutes take no time."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return now()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
