"""Splits a portrait into the layers of a screen print: few flat tones with sharp edges, ink lines, dots of shade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh
from portrait_app.darkroom.planes import blur, luminance, mix, smoothstep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from portrait_app.darkroom.planes import Picture, Plane
    from portrait_app.darkroom.sitter import Sitter

_DOT_PX = 7.0
_DARK = 0.56  # of the skin's middle tone: from there down it is the darkest ink
_SHARES = (0.15, 0.64)  # of the skin, from where on it is a lighter ink
# In heights of the face.
_CALM, _LINE, _FORM = 0.014, 0.007, 0.3
_SPECK = 0.04  # a spot of ink that is narrower is dirt; not so at eyes and mouth
_STROKE = 0.016  # how much darker than its surroundings a line is


@dataclass(frozen=True)
class Layers:
    """What is printed with which ink, 0..1 each, from the bottom upward.

    Args: tones: three planes, each lighter than the one before, on the darkest. shade: dots of the second ink. lips,
        lines, person: the rest; outside of `person` is the ground.
    """

    tones: tuple[Plane, Plane, Plane]
    shade: Plane
    lips: Plane
    lines: Plane
    person: Plane


def separate(sitter: Sitter, person: Picture, size: tuple[int, int]) -> Layers:
    """Make the layers of a print of `size` (width, height) px, about half the sitter's.

    Edges are found at twice the size and then reduced, which makes them smooth without making them soft.
    """
    face_px = sitter.face_px * size[0] / sitter.shape[1]
    exact = _sized(mesh.features(sitter.points, sitter.shape, sitter.face_px * 0.02), size)
    alpha = _sized(sitter.alpha, size)
    soft = _even(_sized(luminance(person), size), exact, alpha, face_px)
    dark, *lighter = _steps(soft, _sized(sitter.skin, size))
    large = (2 * size[0], 2 * size[1])
    fine, spare = _sized(soft, large), _sized(exact, large) > 0.3  # noqa: PLR2004 -- eyes, brows, mouth
    tones = [_cleaned(fine > step, spare, 2 * face_px * _SPECK) for step in (dark, *lighter)]
    lines = _cleaned(_strokes(fine, 2 * face_px) & (fine < lighter[1]), spare, 2 * face_px * _SPECK)
    dots = _dots(soft.shape, np.clip((lighter[0] - soft) / 0.2 + 0.5, 0, 0.8))
    half_lit = _sized(tones[1], size) * (1 - _sized(tones[2], size))
    lips = mesh.fill(sitter.points, mesh.LIPS, sitter.shape) - mesh.fill(sitter.points, mesh.MOUTH, sitter.shape)
    red = _sized(np.clip(lips, 0, 1), size) * _sized(tones[0], size)
    first, second, third = (_sized(tone, size) for tone in tones)
    whole = smoothstep(0.4, 0.6, blur(alpha, 0.8))
    return Layers((first, second, third), dots * half_lit, red, _sized(lines, size), whole)


def _even(light: Plane, exact: Plane, alpha: Plane, face_px: float) -> Plane:
    """Calm grain and pores, though less where `exact`; then bring out the form in dark and light parts alike."""
    calm = light
    for _ in range(3):
        calm = np.asarray(cv2.bilateralFilter(calm, -1, 0.1, face_px * _CALM), np.float32)
    calm = mix(blur(calm, face_px * _CALM), light, exact * 0.85)
    around = blur(calm * alpha, face_px * _FORM) / (blur(alpha, face_px * _FORM) + 1e-3)
    return np.clip(calm + 0.35 * (calm - around) * alpha, 0, 1).astype(np.float32)


def _steps(soft: Plane, skin: Plane) -> tuple[float, float, float]:
    """Where one ink ends and the next begins, by the tones of this face: what is worn decides nothing."""
    tones = soft[skin > 0.9]  # noqa: PLR2004 -- nothing but skin
    if not tones.size:
        return 0.25, 0.5, 0.8
    low, high = np.quantile(tones, _SHARES)
    return float(min(_DARK * np.median(tones), low - 0.05)), float(low), float(max(high, low + 0.04))


def _strokes(light: Plane, face_px: float) -> NDArray[np.bool_]:
    """Where a pen would draw: what is darker than its surroundings, in light and in shade alike."""
    near = blur(light, face_px * _LINE)
    return near < blur(light, face_px * _LINE * 3) - _STROKE


def _cleaned(ink: NDArray[np.bool_], spare: NDArray[np.bool_], speck: float) -> Plane:
    """A layer without specks and pinholes, and without frayed edges; but small things stay where to `spare`."""
    plane = ink.astype(np.uint8)
    even = np.asarray(cv2.medianBlur(plane, max(3, round(speck * 0.4) | 1)), np.uint8)
    for value in (1, 0):
        same = np.asarray(even == value, np.uint8)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(same, connectivity=4)
        small = np.asarray(stats, np.int64)[:, cv2.CC_STAT_AREA] < speck * speck
        small[0] = False  # what is not of this value
        even[small[np.asarray(labels, np.int64)]] = 1 - value
    return np.where(spare, cv2.medianBlur(plane, 5), even).astype(np.float32)


def _dots(shape: tuple[int, ...], size: Plane) -> Plane:
    """A screen at 45 degrees: 1 inside dots whose radius grows with `size`, 0..1."""
    x, y = np.meshgrid(np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32))
    u, v = (x + y) / (_DOT_PX * 1.414), (x - y) / (_DOT_PX * 1.414)
    away = np.hypot(u - np.round(u), v - np.round(v)).astype(np.float32)
    return smoothstep(0.08, -0.08, away - 0.62 * np.sqrt(size))


def _sized(plane: Plane, size: tuple[int, int]) -> Plane:
    how = cv2.INTER_AREA if size[0] < plane.shape[1] else cv2.INTER_CUBIC
    return np.clip(np.asarray(cv2.resize(plane, size, interpolation=how), np.float32), 0, 1)
