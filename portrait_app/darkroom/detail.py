"""Scales photos into a frame without turning small ones to mush."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom.planes import blur

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Picture, Plane
    from portrait_app.pictures.pixels import Pixels

_CRISP_ABOVE = 1.2  # enlarged less than this, Lanczos alone is as sharp as the photo


def place(photo: Pixels, scale: float, left: float, top: float, size: tuple[int, int]) -> Picture:
    """Draw `photo` scaled, its corner at (left, top), into a frame of `size` (width, height), mirrored outside.

    Enlarging is sharpened by iterated back-projection (Irani and Peleg 1991): what the enlarged picture would look
    like reduced again is compared with the photo, and the difference added back.
    """
    ready = photo if scale >= 1 else np.asarray(cv2.GaussianBlur(photo, (0, 0), 0.4 / scale), np.uint8)
    drawn = cv2.warpAffine(
        ready, _matrix(scale, left, top), size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT
    )
    large = np.asarray(drawn, np.uint8)
    if scale > _CRISP_ABOVE:
        large = _sharpen(photo, large, scale, left, top)
    return large.astype(np.float32) / 255


def place_plane(
    plane: Plane, scale: float, left: float, top: float, size: tuple[int, int], *, is_mirrored: bool = False
) -> Plane:
    """Draw a mask the same way; beyond the photo's edges it is 0, unless it is mirrored there too."""
    border = cv2.BORDER_REFLECT if is_mirrored else cv2.BORDER_CONSTANT
    drawn = cv2.warpAffine(plane, _matrix(scale, left, top), size, flags=cv2.INTER_LINEAR, borderMode=border)
    soft = blur(np.asarray(drawn, np.float32), scale * 0.5 if scale > _CRISP_ABOVE else 0)
    return np.clip(soft, 0, 1).astype(np.float32)


def _sharpen(photo: Pixels, large: Pixels, scale: float, left: float, top: float) -> Pixels:
    """Back-project twice; keep edges from ringing by staying within what was there."""
    size = (large.shape[1], large.shape[0])
    back = (photo.shape[1], photo.shape[0])
    guess = large.astype(np.float32)
    inverse = cv2.invertAffineTransform(_matrix(scale, left, top))
    for _ in range(2):
        soft = cv2.GaussianBlur(guess, (0, 0), scale * 0.45)
        seen = cv2.warpAffine(soft, inverse, back, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        missing = photo.astype(np.float32) - seen
        guess += cv2.warpAffine(
            missing, _matrix(scale, left, top), size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
    edge = 2 * round(scale) + 1
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (edge, edge))
    guess = np.clip(guess, cv2.erode(large, reach), cv2.dilate(large, reach))
    return guess.astype(np.uint8)


def _matrix(scale: float, left: float, top: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Photo px to frame px; pixel centres lie at halves."""
    half = scale * 0.5 - 0.5
    return np.array([[scale, 0, left + half], [0, scale, top + half]])
