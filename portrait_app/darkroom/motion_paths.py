"""When what moves how far: the ways in which a portrait can move, each ending where it begins."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

_BREATH_S = 3.6
_CLOSES_S, _HELD_S, _OPENS_S = 0.11, 0.04, 0.2  # a calm blink; at 24 pictures a second each part of it is seen
_SECOND_BLINK_S = 5  # a film shorter than that has one


@dataclass(frozen=True)
class Moment:
    """How far everything is moved.

    Args: turn, nod, tilt: radians; positive to the picture's right, up, clockwise. sway, breath: face heights to the
        right, and upward. nearer: how much the person has grown against what is behind them. zoom: of the whole
        picture. shut: how far the eyes are, 0..1.
    """

    turn: float = 0.0
    nod: float = 0.0
    tilt: float = 0.0
    sway: float = 0.0
    breath: float = 0.0
    nearer: float = 0.0
    zoom: float = 1.0
    shut: float = 0.0


@dataclass(frozen=True)
class Motion:
    """A way of moving: the most of each movement, in the units of `Moment`."""

    turn: float
    sway: float
    breath: float
    nearer: float
    zoom: float

    def plan(self, seconds: int, rng: np.random.Generator, *, has_person: bool) -> Callable[[float], Moment]:
        """A film's course: the moment at each part (0..1) of its length; the dice choose the side and the blinks."""
        side = 1 if rng.random() < 0.5 else -1  # noqa: PLR2004 -- a coin
        turn = side * self.turn * rng.uniform(0.9, 1.1)
        blinks = [rng.uniform(0.28, 0.42)] + ([rng.uniform(0.66, 0.8)] if seconds >= _SECOND_BLINK_S else [])
        breaths = max(1, round(seconds / _BREATH_S))
        zoom = max(self.zoom, 0.0 if has_person else _ALONE)

        def at(part: float) -> Moment:
            swing, there = math.sin(math.tau * part), (1 - math.cos(math.tau * part)) / 2
            return Moment(
                turn=turn * swing,
                nod=0.22 * abs(turn) * math.sin(2 * math.tau * part),
                tilt=-0.12 * turn * swing,
                sway=side * self.sway * swing,
                breath=self.breath * (1 - math.cos(math.tau * breaths * part)) / 2,
                nearer=self.nearer * there,
                zoom=1 + zoom * there,
                shut=max(_shut((part - blink) * seconds) for blink in blinks),
            )

        return at


ALL = {
    "turn": Motion(turn=0.085, sway=0.012, breath=0.008, nearer=0.008, zoom=0.02),
    "breathe": Motion(turn=0.022, sway=0.004, breath=0.013, nearer=0.004, zoom=0.012),
    "push-in": Motion(turn=0.03, sway=0.004, breath=0.008, nearer=0.03, zoom=0.08),
}
_ALONE = 0.07  # what the camera does when nobody else moves


def _shut(seconds: float) -> float:
    """How far the eyes are shut so long after the middle of a blink: they close fast and open at leisure."""
    near = _HELD_S / 2
    way = (_CLOSES_S + near + seconds) / _CLOSES_S if seconds < 0 else (_OPENS_S + near - seconds) / _OPENS_S
    part = min(1.0, max(0.0, way))
    return part * part * (3 - 2 * part)
