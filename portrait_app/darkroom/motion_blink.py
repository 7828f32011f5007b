"""Shuts the eyes of a picture for a moment: the skin above them is drawn down over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh
from portrait_app.darkroom.planes import smoothstep

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Floats, Plane, Points
    from portrait_app.faces.face import Face

_WIDEST_YAW, _WIDEST_ROLL = 10, 22  # degrees: an eye seen more from the side has no lid to draw down
_LEAST_OPEN = 0.16  # an eye nearly shut has nothing to close
_LEAST_EYE_PX = 22
_ROOM = 1.0  # between brow and eye, in openings of the eye: with less, the brow would be drawn down as well
_LASH, _LASH_BELOW = 0.28, 0.2  # how far lashes and their shadow reach above the edge, in openings; below, of that


@dataclass(frozen=True)
class Lid:
    """One upper eyelid over its eye, in px of the picture.

    Args: left, top, bottom: of its patch. upper, lower: the edges of the eye's opening, a height a column. crease: from
        where upward nothing moves. lash: how far the lashes reach above the edge.
    """

    left: int
    top: int
    bottom: int
    upper: Floats
    lower: Floats
    crease: Floats
    lash: Floats

    def close(self, place: Floats, shut: float) -> None:
        """Change where a frame takes its colours from, (height, width, 2), so that the lid is `shut` (0..1)."""
        inside = (
            (place[..., 0] > self.left)
            & (place[..., 0] < self.left + self.upper.size)
            & (place[..., 1] > self.top)
            & (place[..., 1] < self.bottom)
        )
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        if not rows.size:
            return
        box = place[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        x, y = box[..., 0] - np.float32(self.left), box[..., 1] - np.float32(self.top)
        drop = cv2.remap(self._drop(shut), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        box[..., 1] += np.asarray(drop, np.float32)

    def _drop(self, shut: float) -> Plane:
        """How much higher each pixel of the patch takes its colour from: px, negative is higher.

        The line of the lashes goes down as it is, the skin above it stretches, and the eye is covered, not squeezed.
        """
        y = np.arange(self.top, self.bottom, dtype=np.float32)[:, None]
        travel = (self.lower - self.upper) * np.float32(shut)
        above, below = self.upper + travel - self.lash, self.upper + travel + self.lash * _LASH_BELOW
        stretch = (self.upper - self.lash - self.crease) / np.maximum(above - self.crease, 1)
        skin = self.crease + (y - self.crease) * stretch
        came = np.where(y <= self.crease, y, np.where(y < above, skin, np.where(y < below, y - travel, y)))
        return np.asarray(cv2.GaussianBlur((came - y).astype(np.float32), (0, 0), 0.7), np.float32)


def lids(face: Face) -> tuple[Lid, ...]:
    """Both lids, or none where shutting them would not look right."""
    pose = face.pose
    if abs(pose.yaw) > _WIDEST_YAW or abs(pose.roll) > _WIDEST_ROLL or face.eye_openness < _LEAST_OPEN:
        return ()
    eyes = ((mesh.LEFT_EYE, mesh.LEFT_BROW), (mesh.RIGHT_EYE, mesh.RIGHT_BROW))
    found = [_lid(face.points[list(eye), :2], float(face.points[list(brow), 1].max())) for eye, brow in eyes]
    return tuple(lid for lid in found if lid) if all(found) else ()


def _lid(eye: Points, brow: float) -> Lid | None:
    """Measure a lid; None where the brow lies too near above it, or the eye is too small.

    Args: eye: (16, 2), corner, seven of the upper edge, corner, seven of the lower. brow: its lower end, y.
    """
    first, last = float(eye[:, 0].min()), float(eye[:, 0].max())
    wide = last - first
    x = np.arange(round(first - 0.1 * wide), round(last + 0.1 * wide), dtype=np.float32)
    held = np.clip(x, first, last)
    upper, lower = _edge(eye[:9], held), _edge(eye[[8, *range(9, 16), 0]], held)
    opening = float((lower - upper).max())
    crease = np.minimum(np.maximum(upper - 1.6 * opening, brow), upper - 0.4 * opening)
    if wide < _LEAST_EYE_PX or float((upper - crease).max()) < _ROOM * opening:
        return None
    ease = smoothstep(first - 0.1 * wide, first + 0.1 * wide, x) * smoothstep(last + 0.1 * wide, last - 0.1 * wide, x)
    lower = upper + np.maximum(lower + 0.12 * opening - upper, 0) * ease
    top, bottom = int(crease.min()) - 2, int(lower.max()) + 4
    lash = (_LASH * opening * ease).astype(np.float32)
    return Lid(int(x[0]), top, bottom, upper, lower.astype(np.float32), crease.astype(np.float32), lash)


def _edge(points: Points, at: Floats) -> Floats:
    """A smooth line through an edge of the opening (a cubic), read at columns `at`."""
    middle = float(points[:, 0].mean())
    line = np.polynomial.Polynomial.fit(points[:, 0] - middle, points[:, 1], 3)
    return np.asarray(line(at - middle), np.float32)
