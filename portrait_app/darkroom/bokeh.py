"""Backgrounds out of focus: the photo's own behind the person, or invented lights and windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom.planes import blur, mix, rgb, smoothstep, to_linear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portrait_app.darkroom.planes import Colour, Picture, Plane
    from portrait_app.darkroom.sitter import Sitter


def own_scene(sitter: Sitter, radius: float) -> Picture:
    """The photo's background through an open lens: the person taken out, the hole filled, all of it out of focus.

    Beyond the photo's edges, where it is only mirrored, it dissolves further so that no mirror shows.

    Args: radius: of the disc that a point of light becomes, px.
    """
    bare = np.clip(
        1 - cv2.dilate(np.maximum(sitter.alpha, sitter.taken), np.ones((9, 9), np.uint8)) * 1.5, 0, 1
    ).astype(np.float32)
    filled = _fill(to_linear(sitter.scene), bare, radius)
    soft = _disc(filled, radius)
    far = _disc(blur(filled, radius * 2.2), radius)
    # The blur grows from well inside the photo's edge to well outside it, so that there is no line where it begins.
    inside = np.asarray(cv2.distanceTransform((sitter.known > 0.5).astype(np.uint8), cv2.DIST_L2, 3), np.float32)  # noqa: PLR2004 -- half a px
    share = smoothstep(sitter.face_px * 0.45, 0.0, inside) if sitter.known.min() < 0.5 else np.zeros_like(inside)  # noqa: PLR2004 -- half a px
    blurred = mix(soft, far, share)
    return np.asarray(cv2.pow(np.clip(blurred, 0, 1), 1 / 2.2), np.float32)


def lights(
    shape: tuple[int, int],
    rng: np.random.Generator,
    *,
    colours: Sequence[Colour],
    count: int,
    radii: tuple[float, float],
    strength: tuple[float, float] = (0.05, 0.22),
) -> Picture:
    """Lamps of a city, far out of focus: discs with a brighter edge."""
    height, width = shape
    total = np.zeros((height, width, 3), np.float32)
    for _ in range(count):
        x, y = int(rng.uniform(0, width)), int(rng.uniform(0, height))
        radius = max(2, int(rng.uniform(*radii)))
        colour = rgb(colours[int(rng.integers(len(colours)))]) * rng.uniform(*strength)
        disc = np.zeros((2 * radius + 9, 2 * radius + 9), np.float32)
        middle = (radius + 4, radius + 4)
        cv2.circle(disc, middle, radius, (1.0,), -1, cv2.LINE_AA)
        cv2.circle(disc, middle, radius, (1.3,), max(1, radius // 10), cv2.LINE_AA)
        _add(total, cv2.GaussianBlur(disc, (0, 0), 1.4)[..., None] * colour, x - radius - 4, y - radius - 4)
    return total


def _add(onto: Picture, patch: Picture, left: int, top: int) -> None:
    """Add a patch that may reach beyond the picture."""
    height, width = onto.shape[:2]
    x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + patch.shape[1]), min(height, top + patch.shape[0])
    if x0 < x1 and y0 < y1:
        onto[y0:y1, x0:x1] += patch[y0 - top : y1 - top, x0 - left : x1 - left]


def _fill(picture: Picture, known: Plane, radius: float) -> Picture:
    """Fill what is not known from ever wider surroundings."""
    filled, share = picture * known[..., None], known
    total, sure = filled.copy(), known.copy()
    for sigma in (radius * 0.7, radius * 2, radius * 5, radius * 12):
        weight = blur(share, sigma)
        around = blur(filled, sigma) / (weight[..., None] + 1e-4)
        take = (1 - sure) * np.clip(weight * 5, 0, 1)
        total += around * take[..., None]
        sure = sure + take
    return (total / (sure[..., None] + 1e-4)).astype(np.float32)


def _disc(linear: Picture, radius: float) -> Picture:
    """Blur as a round aperture does, at a third of the size: nothing finer is left."""
    height, width = linear.shape[:2]
    small = cv2.resize(linear, (width // 3, height // 3), interpolation=cv2.INTER_AREA)
    edge = 2 * max(1, round(radius / 3)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (edge, edge)).astype(np.float32)
    soft = cv2.filter2D(small, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT)
    soft = cv2.GaussianBlur(soft, (0, 0), max(0.8, radius / 14))
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
