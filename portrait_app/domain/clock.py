"""What time it is, in one place, always with its zone: the database's time, as soon as it was asked for.

Rows of several hosts are compared with each other and by the database itself; hosts whose clocks differ would ask too
late, or take for forgotten what another has in hand.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import ClassVar

_UNSET = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # where there is the first, the other stops in sleep


MOST_STEPS = 20  # that are remembered
WAS_SET = timedelta(minutes=1)  # no drift puts a clock right by so much


class _Ahead:
    """By how much the database's clock is ahead of this host's; and when it was set since they agreed, by how much."""

    of_ours = timedelta()
    has_agreed = False
    steps: ClassVar[list[tuple[datetime, timedelta]]] = []


def now() -> datetime:
    """Return the present moment in UTC."""
    return _host() + _Ahead.of_ours


def seconds_on() -> float:
    """Return the seconds of a clock that nobody sets, and that goes on while the machine sleeps, to be compared."""
    return time.clock_gettime(_UNSET)


def as_of_now(moment: datetime) -> datetime:
    """Return a moment that was written down as the clock says it now, where the clock was set meanwhile.

    Else what is under way would be long overdue, or be looked for where it is not.
    """
    for before, behind in _Ahead.steps:
        # Where it was set back, what lies behind us may have been written down before that or since.
        if moment <= before and (behind > timedelta() or moment > now()):
            moment += behind
    return moment


def was_set_back(within: timedelta) -> bool:
    """Whether the clock was found to have been set back so short a time ago: what was put off then lies too late."""
    if not _Ahead.steps:
        return False
    before, behind = _Ahead.steps[-1]
    return behind < timedelta() and now() - (before + behind) < within


def set_by(moment: datetime, *, asked_at: datetime) -> timedelta:
    """Go by another clock from now on, which said `moment` when it was asked at `asked_at` (`now()`, as it was then).

    Its answer was on its way for a part of the time since: a difference that may be nothing but that is no difference.
    Return by how much we were behind; nothing when that can't be told.
    """
    doubt = (now() - asked_at) / 2
    behind = moment - (asked_at + doubt)
    if _Ahead.has_agreed and abs(behind) > doubt + WAS_SET:
        _Ahead.steps = [*_Ahead.steps[-MOST_STEPS:], (now(), behind)]
    _Ahead.has_agreed = True
    if abs(behind) <= doubt:
        return timedelta()
    _Ahead.of_ours += behind
    return behind


def _host() -> datetime:
    """Return this host's time, as it was when the process began and as many seconds on as have passed.

    Until the database is asked again, a clock that is set meanwhile would make of everything that is under way what is
    long overdue.
    """
    return _BEGAN + timedelta(seconds=seconds_on() - _BEGAN_AT)


_BEGAN, _BEGAN_AT = datetime.now(UTC), seconds_on()
