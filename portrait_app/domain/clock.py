"""What time it is, in one place, always with its zone: the database's time, as soon as it was asked for.

Rows of several hosts are compared with each other and by the database itself; hosts whose clocks differ would ask too
late, or take for forgotten what another has in hand.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class _Ahead:
    """By how much the database's clock is ahead of this host's."""

    of_ours = timedelta()


def now() -> datetime:
    """Return the present moment in UTC."""
    return _host() + _Ahead.of_ours


def set_by(moment: datetime, *, asked_at: datetime) -> timedelta:
    """Go by another clock from now on, which said `moment` when it was asked at `asked_at` (`now()`, as it was then).

    Its answer was on its way for a part of the time since: a difference that may be nothing but that is no difference.
    Return by how much we were behind; nothing when that can't be told.
    """
    doubt = (now() - asked_at) / 2
    behind = moment - (asked_at + doubt)
    if abs(behind) <= doubt:
        return timedelta()
    _Ahead.of_ours += behind
    return behind


def _host() -> datetime:
    return datetime.now(UTC)
