"""The 468-point face mesh: which points are the eyes, the lips, the outline, and how to draw and warp with them.

Numbering: MediaPipe Face Mesh (`face_mesh_connections.py`, Apache-2.0). "Left" and "right" are the viewer's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom.planes import blur

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from portrait_app.darkroom.planes import Floats, Plane

POINTS = 468
FOREHEAD, CHIN, LEFT_SIDE, RIGHT_SIDE = 10, 152, 234, 454
OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
LEFT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
RIGHT_EYE = (362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382)
LEFT_BROW = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46)
RIGHT_BROW = (300, 293, 334, 296, 336, 285, 295, 282, 283, 276)
LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
MOUTH = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
FEATURES = (LEFT_EYE, RIGHT_EYE, LEFT_BROW, RIGHT_BROW, LIPS)
RIGID = (10, 151, 9, 8, 168, 6, 197, 195, 5, 4, 33, 133, 362, 263, 234, 454, 127, 356, 93, 323)
"""Points that move with the skull and not with the expression."""


def height(points: Floats) -> float:
    """The face's height in px, hairline to chin; for a face turned up or down, what it would be from the front."""
    upright = float(np.linalg.norm(points[CHIN, :2] - points[FOREHEAD, :2]))
    return max(upright, 1.15 * float(np.ptp(points[:, 0])))


def centre(points: Floats) -> Floats:
    """Midway between hairline and chin: (x, y) in px."""
    return (points[CHIN, :2] + points[FOREHEAD, :2]) / 2


def fill(points: Floats, outline: Sequence[int], shape: tuple[int, int], feather: float = 0.0) -> Plane:
    """Draw the polygon through `outline` as a plane of 0..1, its edge softened by `feather` px (Gaussian sigma)."""
    plane = np.zeros(shape, np.uint8)
    corners = np.round(points[list(outline), :2] * 16).astype(np.int32)
    cv2.fillPoly(plane, [corners], (255,), lineType=cv2.LINE_AA, shift=4)
    soft = plane.astype(np.float32) / 255
    return cv2.GaussianBlur(soft, (0, 0), feather).astype(np.float32) if feather > 0 else soft


def features(points: Floats, shape: tuple[int, int], spread: float) -> Plane:
    """Where eyes, brows and lips are: 1 there, fading out over `spread` px."""
    drawn = np.sum(np.stack([fill(points, outline, shape) for outline in FEATURES]), axis=0)
    return np.clip(blur(drawn, spread) * 1.5, 0, 1)


def triangles(points: Floats) -> NDArray[np.int32]:
    """Triangulate a frontal face (Delaunay); (n, 3) point numbers, in a fixed order."""
    edge = 1024
    flat = points[:, :2].astype(np.float64)
    low, high = flat.min(axis=0), flat.max(axis=0)
    flat = (flat - low) / (high - low).max() * (edge - 24) + 10
    plan = cv2.Subdiv2D((0, 0, edge, edge))
    number = {plan.insert((float(x), float(y))): i for i, (x, y) in enumerate(flat)}
    corners = np.asarray(plan.getTriangleList(), np.float64).reshape(-1, 3, 2)
    ids = [[number.get(plan.findNearest((float(x), float(y)))[0], -1) for x, y in corner] for corner in corners]
    real = ((corners > 0) & (corners < edge)).all(axis=(1, 2))  # the plan adds corners of its own, far outside
    found = np.array(ids, np.int32)[real]
    return found[(found >= 0).all(axis=1)]


@dataclass(frozen=True)
class Raster:
    """A triangulated shape drawn into a picture: for each covered pixel, its three points and their weights."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    corners: NDArray[np.int32]
    weights: Floats
    shape: tuple[int, int]

    @classmethod
    def of(cls, points: Floats, faces: NDArray[np.int32], shape: tuple[int, int]) -> Raster:
        """Draw `points` (n, ≥2; px) with triangles `faces` into `shape` (height, width); later ones lie on top."""
        owner = np.full(shape, -1, np.int32)
        flat = points[:, :2].astype(np.float64)
        for number, face in enumerate(faces):
            cv2.fillConvexPoly(owner, np.round(flat[face] * 16).astype(np.int32), (number,), shift=4)
        rows, columns = np.nonzero(owner >= 0)
        corners = faces[owner[rows, columns]]
        weights = _barycentric(flat[corners], np.stack([columns, rows], axis=1).astype(np.float64))
        return cls(rows, columns, corners, weights, shape)

    def spread(self, values: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Interpolate one value (or vector) a point over the picture: the plane, and where it is defined."""
        plane = np.zeros((*self.shape, *values.shape[1:]), np.float32)
        weights = self.weights.reshape(*self.weights.shape, *(1,) * (values.ndim - 1))
        plane[self.rows, self.columns] = (values[self.corners] * weights).sum(axis=1)
        covered = np.zeros(self.shape, np.bool_)
        covered[self.rows, self.columns] = True
        return plane, covered

    def warp(self, picture: NDArray[np.uint8], points: Floats) -> NDArray[np.uint8]:
        """Bring `picture`, whose face is at `points`, into this raster's shape (piecewise affine)."""
        place, _ = self.spread(points[:, :2].astype(np.float32))
        return cv2.remap(picture, place[..., 0], place[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # pyright: ignore[reportReturnType]  # same dtype in as out


def _barycentric(corners: NDArray[np.float64], spots: NDArray[np.float64]) -> Floats:
    """Weights (n, 3) of each spot (n, 2) in its triangle (n, 3, 2)."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    u, v, w = b - a, c - a, spots - a
    area = u[:, 0] * v[:, 1] - v[:, 0] * u[:, 1]
    area[area == 0] = 1e-6
    second = (w[:, 0] * v[:, 1] - v[:, 0] * w[:, 1]) / area
    third = (u[:, 0] * w[:, 1] - w[:, 0] * u[:, 1]) / area
    return np.stack([1 - second - third, second, third], axis=1).astype(np.float32)
