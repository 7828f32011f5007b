"""Cuts straightened pieces out of photos, without the jaggies that shrinking by sampling makes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from portrait_app.pictures.pixels import Pixels

MAX_OVERSAMPLING = 8


def square(centre: tuple[float, float], edge: float, angle: float, edge_px: int) -> NDArray[np.float64]:
    """Describe a turned square of a photo.

    Args: centre, edge: in px of the photo. angle: radians, clockwise as seen. edge_px: of the piece to be cut.
    Returns: the 2 x 3 matrix that takes a point of the piece to the photo.
    """
    scale = edge / edge_px
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    half = edge_px / 2
    return np.array([[cos, -sin, centre[0] - half * (cos - sin)], [sin, cos, centre[1] - half * (sin + cos)]])


def similarity(source: ArrayLike, target: ArrayLike) -> NDArray[np.float64]:
    """Find the turn, scale and shift that best take `source` to `target`, both (n, 2); as a 2 x 3 matrix.

    Source: Umeyama 1991; in the plane, with points as complex numbers, the least squares have this closed form.
    """
    start, end = (np.asarray(points, np.float64) @ np.array([1, 1j]) for points in (source, target))
    start_centre, end_centre = start.mean(), end.mean()
    offsets = start - start_centre
    factor = complex((offsets.conj() * (end - end_centre)).sum() / (abs(offsets) ** 2).sum())
    shift = complex(end_centre) - factor * complex(start_centre)
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])


def inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn a 2 x 3 matrix around."""
    return cast("NDArray[np.float64]", cv2.invertAffineTransform(matrix))


def move(points: NDArray[np.floating], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take points, (n, 2), through a 2 x 3 matrix."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def piece(photo: Pixels, to_photo: NDArray[np.float64], edge_px: int) -> Pixels:
    """Cut the square that `to_photo` describes; what lies outside the photo repeats its border.

    A piece smaller than what it shows is sampled finer and then averaged.
    """
    scale = math.sqrt(abs(np.linalg.det(to_photo[:, :2])))
    finer = min(MAX_OVERSAMPLING, max(1, math.ceil(scale - 0.25)))
    # Pixel centres sit at +0.5: keep them there while the grid is refined.
    sampling = to_photo[:, :2] / finer
    shift = to_photo[:, 2] + to_photo[:, :2] @ np.full(2, (1 / finer - 1) / 2)
    cut = cv2.warpAffine(
        photo,
        np.column_stack([sampling, shift]),
        (edge_px * finer, edge_px * finer),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if finer > 1:
        cut = cv2.resize(cut, (edge_px, edge_px), interpolation=cv2.INTER_AREA)
    return cast("Pixels", cut)
