"""Shuts the eyes of a picture for a moment: the skin above them is drawn down over them, as a curtain of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh
from portrait_app.darkroom.planes import mix, smoothstep

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Floats, Points
    from portrait_app.faces.face import Face
    from portrait_app.pictures.pixels import Pixels

_WIDEST_YAW, _WIDEST_ROLL = 10, 22  # degrees: an eye seen more from the side has no lid to draw down
_LEAST_OPEN = 0.16  # an eye nearly shut has nothing to close
_LEAST_EYE_PX = 22
_ROOM = 1.0  # between brow and eye, in openings of the eye: with less, the brow would be drawn down as well
_BENEATH = 1.2  # how much of the skin under an eye is at hand, in openings
_HIGHER = 0.35  # of the strip's height: nearest to the lashes it is dark from them
_DRAWING = 12  # of 255: what is deeper is a wrinkle
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

    def close(self, pixels: Pixels, shut: float) -> None:
        """Draw the lid into a picture, so that it is `shut` (0..1).

        The line of the lashes goes down as it is, the skin above it stretches, and the eye is covered, not squeezed:
        lid and eye are two layers, since between two places of one picture lies the white of the eye.
        """
        width = self.upper.size
        patch = pixels[self.top : self.bottom, self.left : self.left + width].astype(np.float32)
        if patch.shape[:2] != (self.bottom - self.top, width):
            return
        y = np.arange(self.top, self.bottom, dtype=np.float32)[:, None]
        travel = (self.lower - self.upper) * np.float32(shut)
        above, below = self.upper + travel - self.lash, self.upper + travel + self.lash * _LASH_BELOW
        lid = self._curtain(patch, y, above, travel)
        covers = smoothstep(-0.8, 0.8, below - y) * (y > self.crease) * smoothstep(0.0, 1.0, travel)
        drawn = mix(patch, lid, covers.astype(np.float32))
        pixels[self.top : self.bottom, self.left : self.left + width] = np.clip(np.round(drawn), 0, 255)

    def _curtain(self, patch: Floats, y: Floats, above: Floats, travel: Floats) -> Floats:
        """The lid's colours down to its lashes and on beyond them.

        A strip of skin that is stretched draws streaks. So it is calmed sideways first, as far as it stretches, and
        gets back the drawing of the skin under the eye, which is stretched by nothing.
        """
        opening = float((self.lower - self.upper).max())
        stretch = (self.upper - self.lash - self.crease) / np.maximum(above - self.crease, 1)
        rows = np.where(y <= self.crease, y, np.where(y < above, self.crease + (y - self.crease) * stretch, y - travel))
        columns = np.broadcast_to(np.arange(self.upper.size, dtype=np.float32), rows.shape)
        calm = _blurred(patch, max(1.0, 0.4 * opening), max(0.5, 0.06 * opening))
        fine = patch - _blurred(patch, max(1.0, 0.08 * opening), max(1.0, 0.08 * opening))
        lid, smooth, drawing = (
            _read(plane, columns, at - self.top)
            for plane, at in ((patch, rows), (calm, rows - _HIGHER * (rows - self.crease)), (fine, self._beneath(y)))
        )
        share = smoothstep(0.95, 0.6, stretch) * smoothstep(0.0, 0.3 * opening, y - self.crease)
        return mix(
            lid, smooth + np.clip(drawing, -_DRAWING, _DRAWING), share * smoothstep(0.0, 0.25 * opening, above - y)
        )

    def _beneath(self, y: Floats) -> Floats:
        """For each row one of the skin under the eye, to and fro."""
        last = self.bottom - 2
        deep = max(2.0, last - float(self.lower.max()) - 2)
        return last - np.abs((y - self.top) % (2 * deep) - deep)


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
    top, bottom = int(crease.min()) - 2, int(lower.max() + _BENEATH * opening) + 4
    lash = (_LASH * opening * ease).astype(np.float32)
    return Lid(int(x[0]), top, bottom, upper, lower.astype(np.float32), crease.astype(np.float32), lash)


def _read(picture: Floats, columns: Floats, rows: Floats) -> Floats:
    place = columns.astype(np.float32), np.broadcast_to(rows, columns.shape).astype(np.float32)
    return np.asarray(cv2.remap(picture, *place, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101), np.float32)


def _blurred(picture: Floats, across: float, down: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigmaX=across, sigmaY=down), np.float32)


def _edge(points: Points, at: Floats) -> Floats:
    """A smooth line through an edge of the opening (a cubic), read at columns `at`."""
    middle = float(points[:, 0].mean())
    line = np.polynomial.Polynomial.fit(points[:, 0] - middle, points[:, 1], 3)
    return np.asarray(line(at - middle), np.float32)
