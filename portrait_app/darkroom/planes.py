"""Pictures as planes of numbers: the types the darkroom works in, and the arithmetic every style shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.floating[Any]]
"""Any plane of floating-point numbers; they are float32 unless said otherwise."""
Picture = Floats
"""RGB, (height, width, 3), 0..1, sRGB unless a name says `linear`."""
Plane = Floats
"""(height, width), 0..1 unless said otherwise."""
Points = Floats
"""(468, 3): x right and y down in px, z in px, smaller is nearer."""
Colour = tuple[float, float, float]

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def blur(plane: Floats, sigma: float) -> Floats:
    """Gaussian blur; wide ones are done on a reduced picture, which looks the same and costs a fraction."""
    if sigma <= 0:
        return plane
    reduce = int(sigma // 6)
    height, width = plane.shape[:2]
    if reduce < 2 or min(height, width) < 8 * reduce:  # noqa: PLR2004 -- below this nothing is gained
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
    small = cv2.resize(plane, (width // reduce, height // reduce), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / reduce)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def rgb(colour: Colour) -> Floats:
    """A colour as an array, to reckon with."""
    return np.array(colour, np.float32)


def luminance(picture: Floats) -> Plane:
    """Brightness of each pixel (Rec. 709 weights)."""
    return np.asarray(picture @ _LUMA, np.float32)


def smoothstep(low: float, high: float, value: Floats) -> Floats:
    """0 at `low`, 1 at `high`, an S between; `low` may exceed `high`."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def mix(under: Floats, over: Floats, share: Plane | float) -> Floats:
    """Lay `over` on `under`; `share` says how much of `over` shows."""
    part = share[..., None] if isinstance(share, np.ndarray) and under.ndim > share.ndim else share
    return (under + (over - under) * part).astype(np.float32)


def to_linear(picture: Picture) -> Picture:
    """From sRGB to light (a power of 2.2 stands for the exact curve)."""
    return np.asarray(cv2.pow(np.clip(picture, 0, 1), 2.2), np.float32)


def to_display(linear: Picture) -> Picture:
    """From light to sRGB, highlights rolled off from 0.8 upward rather than cut."""
    over = np.maximum(linear - _SHOULDER, 0)
    rolled = np.minimum(linear, _SHOULDER) + (1 - _SHOULDER) * (1 - np.exp(-over / (1 - _SHOULDER)))
    return np.asarray(cv2.pow(np.clip(rolled, 0, 1), 1 / 2.2), np.float32)


def saturate(picture: Picture, amount: float) -> Picture:
    """Move colours away from grey (amount > 1) or toward it (< 1)."""
    grey = luminance(picture)[..., None]
    return np.clip(grey + (picture - grey) * amount, 0, 1).astype(np.float32)


def curve(picture: Floats, knots: Sequence[tuple[float, float]]) -> Floats:
    """Map tones through a smooth curve: a cubic through the knots that never overshoots (Fritsch and Carlson 1980)."""
    x, y = (np.array(side) for side in zip(*knots, strict=True))
    steps, slopes = np.diff(x), np.diff(y) / np.diff(x)
    same = slopes[:-1] * slopes[1:] > 0
    inner = np.where(same, 2 * slopes[:-1] * slopes[1:] / np.where(same, slopes[:-1] + slopes[1:], 1), 0)
    tangents = np.concatenate([slopes[:1], inner, slopes[-1:]])
    at = np.linspace(0, 1, 1024)
    k = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(steps) - 1)
    t = (at - x[k]) / steps[k]
    table = (
        (1 + 2 * t) * (1 - t) ** 2 * y[k]
        + t * (1 - t) ** 2 * steps[k] * tangents[k]
        + t * t * (3 - 2 * t) * y[k + 1]
        + t * t * (t - 1) * steps[k] * tangents[k + 1]
    ).astype(np.float32)
    return table[(np.clip(picture, 0, 1) * 1023).astype(np.int16)]


def cloud(shape: tuple[int, int], rng: np.random.Generator, scale_px: float) -> Plane:
    """Soft noise of four octaves, mean 0 and deviation 1, its largest spots about `scale_px` wide."""
    height, width = shape
    total = np.zeros(shape, np.float32)
    for octave in range(4):
        grid = max(2, round(height / scale_px * 2**octave)), max(2, round(width / scale_px * 2**octave))
        total += cv2.resize(rng.standard_normal(grid, np.float32), (width, height), interpolation=cv2.INTER_CUBIC) / (
            2**octave
        )
    return ((total - total.mean()) / (total.std() + 1e-6)).astype(np.float32)


def across(shape: tuple[int, int]) -> tuple[Plane, Plane]:
    """How far right and how far down each pixel lies, 0..1."""
    height, width = shape
    x = np.broadcast_to(np.linspace(0, 1, width, dtype=np.float32), shape)
    y = np.broadcast_to(np.linspace(0, 1, height, dtype=np.float32)[:, None], shape)
    return np.array(x), np.array(y)


_SHOULDER = 0.8
