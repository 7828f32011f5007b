"""When a training will have ended: from its own bar where there is one, else from what past runs took.

The estimator, in the order in which it knows more:

1. Before a bar is believed: the moment it began, and the median of this installation's past runs of the same trainer,
   or the catalogue's figure while there are fewer than three. This is called an estimate wherever it is shown.
2. From the bar: steps left times the pace of the latest steps, and the usual time from the last step to the end (the
   tail: saving, packing, uploading). `pace` is a Theil-Sen slope over the bar's own clock, so neither when the news
   reached us nor a single stall matters, and it looks at the latest tenth of the steps alone, so a slow start or a
   change of the rate is soon forgotten. Before a fiftieth of the steps the bar is not believed: it still warms up.
3. A new reckoning moves the old one only as far as the bar has moved since: a wobble is smoothed, a gap of minutes
   is caught up with at once. Where the bar stands still nothing is reckoned anew, so the time left runs down, and
   that the end is late shows.

What is kept is the moment of the end, not the seconds left: between two pieces of news it counts down by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portrait_app.domain.report import Progress

BELIEVED_FROM = 2.0  # percent of the bar
FOLLOWS_WITHIN = 1.5  # percent of the bar by which a new reckoning has taken over two thirds of the old one
LATEST_SHARE = 0.1  # of all steps: what the pace is read from
LEAST_SPAN_S = 20.0  # the bar's clock shows whole seconds: over less than this they would matter
SHORTEST_SPAN_S = 8.0
MOST_POINTS = 24  # so that all pairs of them are few
LONGEST_S = 7 * 24 * 3600.0  # whatever a bar says: nothing takes longer than a week

Point = tuple[float, int]  # seconds on the bar's own clock, steps done


@dataclass(frozen=True)
class Usual:
    """How long a trainer takes, from its beginning to its end.

    Attributes:
        middle_s: the median.
        most_s: the 90th percentile; None while there are too few runs to tell.
        tail_s: the median from the last step to the end; 0 while unknown.
    """

    middle_s: float
    most_s: float | None = None
    tail_s: float = 0.0


@dataclass(frozen=True)
class Reckoning:
    """When a training is expected to end; `is_estimate`: past runs say so, its own bar doesn't yet."""

    ends_at: datetime
    is_estimate: bool

    def seconds_left(self, moment: datetime) -> float:
        """Return what is left at this moment; negative when it is late."""
        return (self.ends_at - moment).total_seconds()


def from_past_runs(started_at: datetime, usual: Usual) -> Reckoning:
    """Expect a training to take as long as most did."""
    return Reckoning(started_at + _within(usual.middle_s), is_estimate=True)


def from_bar(
    before: Reckoning | None, moment: datetime, bar: Progress, *, advance: float, tail_s: float
) -> Reckoning | None:
    """Take in how far a training's bar has come.

    Args:
        before: what was expected so far.
        moment: when the bar was seen.
        bar: its percent, and what is left until its last step.
        advance: by how many percent the bar has moved since `before`; 0 or less when it has not.
        tail_s: from its last step to the end.
    """
    if advance <= 0 or bar.seconds_left is None or (bar.percent or 0) < BELIEVED_FROM:
        return before
    measured = moment + _within(bar.seconds_left + tail_s)
    if before is None or before.is_estimate:
        return Reckoning(measured, is_estimate=False)
    weight = 1 - math.exp(-advance / FOLLOWS_WITHIN)
    return Reckoning(before.ends_at + weight * (measured - before.ends_at), is_estimate=False)


def pace(points: Sequence[Point], total: int) -> float | None:
    """Return the seconds that one step takes now, or None when the bar's clock has hardly moved.

    Args:
        points: as the bar was drawn, oldest first.
        total: how many steps make it full.
    """
    latest = _thinned(_latest(points, total))
    if not latest or latest[-1][0] - latest[0][0] < SHORTEST_SPAN_S:
        return None
    slopes = [(b[0] - a[0]) / (b[1] - a[1]) for a, b in combinations(latest, 2) if b[1] > a[1]]
    return median(slopes) if slopes else None


def _within(seconds: float) -> timedelta:
    """Return what can be added to a moment: from nothing to a week, which stands for what is no number as well."""
    return timedelta(seconds=min(max(0.0, seconds), LONGEST_S) if math.isfinite(seconds) else LONGEST_S)


def _latest(points: Sequence[Point], total: int) -> Sequence[Point]:
    """Return the end of the bar's run that tells its present pace; the first step, which also warms up, is no part."""
    begun = [point for point in points if point[1] > 0]
    for at in range(len(begun) - 1, -1, -1):
        span_s, steps = begun[-1][0] - begun[at][0], begun[-1][1] - begun[at][1]
        if span_s >= LEAST_SPAN_S and steps >= LATEST_SHARE * total:
            return begun[at:]
    return begun


def _thinned(points: Sequence[Point]) -> Sequence[Point]:
    """Return at most `MOST_POINTS` of them, evenly, the first and the last among them."""
    if len(points) <= MOST_POINTS:
        return points
    return [points[round(at * (len(points) - 1) / (MOST_POINTS - 1))] for at in range(MOST_POINTS)]
