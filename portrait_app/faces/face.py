"""A face found in a photo, and what its points tell: pose, eyes, mouth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Indices into MediaPipe's 468-point mesh (its canonical_face_model). "Left" and "right" are sides of the picture.
FOREHEAD, CHIN = 10, 152
LEFT_CHEEK, RIGHT_CHEEK = 234, 454
LEFT_EYE, RIGHT_EYE = (33, 133), (362, 263)  # corners, left to right
LEFT_LIDS, RIGHT_LIDS = ((160, 144), (158, 153)), ((385, 380), (387, 373))
LIPS, MOUTH_CORNERS = (13, 14), (61, 291)
NOSE_BASE = 2

SAME_OF_UNION, SAME_OF_SMALLER = 0.3, 0.6  # MediaPipe's non-maximum suppression; the second is for nested tiles


class Box(NamedTuple):
    """An upright rectangle, in px of the photo; it may reach beyond the photo's border."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Square pixels."""
        return (self.right - self.left) * (self.bottom - self.top)

    @property
    def centre(self) -> tuple[float, float]:
        """The point (x, y) in its middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def edge(self) -> float:
        """The longer side."""
        return max(self.right - self.left, self.bottom - self.top)

    def is_around(self, other: Box) -> bool:
        """Whether both lie around the same thing: they share much, or one is mostly inside the other."""
        common = Box(*map(max, self[:2], other[:2]), *map(min, self[2:], other[2:]))
        shared = common.area if common.right > common.left and common.bottom > common.top else 0.0
        union = self.area + other.area - shared
        return shared > SAME_OF_UNION * union or shared > SAME_OF_SMALLER * min(self.area, other.area)


class Pose(NamedTuple):
    """Where a head points, in degrees, as seen in the picture: 0, 0, 0 looks straight out of it upright.

    yaw: towards the picture's right side. pitch: up. roll: clockwise.
    """

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, eq=False)
class Face:
    """A face and its points.

    points: (468, 3) float32: x and y in px of the photo, z on the same scale, smaller is nearer to the camera; the
        order is MediaPipe's face mesh. score: the landmark network's certainty that this is a face, 0..1.
    """

    points: NDArray[np.float32]
    score: float

    @property
    def box(self) -> Box:
        """The upright rectangle around the points, from forehead to chin (without hair)."""
        (left, top), (right, bottom) = self.points[:, :2].min(axis=0), self.points[:, :2].max(axis=0)
        return Box(float(left), float(top), float(right), float(bottom))

    @property
    def height(self) -> float:
        """From the hairline to the chin, in px of the photo."""
        return self._distance(FOREHEAD, CHIN)

    @property
    def pose(self) -> Pose:
        """Where the head points. It is turned upright first, or a tilted head would leak into yaw and pitch."""
        across = self.points[RIGHT_CHEEK] - self.points[LEFT_CHEEK]
        roll = math.atan2(across[1], across[0])
        cos, sin = math.cos(roll), math.sin(roll)
        upright = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        across = upright @ across
        down = upright @ (self.points[CHIN] - self.points[FOREHEAD])
        yaw, pitch = math.atan2(across[2], across[0]), math.atan2(down[2], down[1])
        return Pose(math.degrees(yaw), math.degrees(pitch), math.degrees(roll))

    @property
    def eye_openness(self) -> float:
        """Height of the opening between the lids over the eye's width, mean of both eyes: open ~0.3, shut < 0.1.

        Source: the eye aspect ratio of Soukupova and Cech 2016.
        """
        return (self._aspect(LEFT_EYE, LEFT_LIDS) + self._aspect(RIGHT_EYE, RIGHT_LIDS)) / 2

    @property
    def mouth_openness(self) -> float:
        """Gap between the lips over the mouth's width: shut ~0, a laugh ~0.4."""
        return self._distance(*LIPS) / self._distance(*MOUTH_CORNERS)

    def _aspect(self, corners: tuple[int, int], lids: tuple[tuple[int, int], ...]) -> float:
        return sum(self._distance(*pair) for pair in lids) / len(lids) / self._distance(*corners)

    def _distance(self, one: int, other: int) -> float:
        # In 3-D, so that a turned head does not look like an open eye or a short face.
        return float(np.linalg.norm(self.points[one] - self.points[other]))
