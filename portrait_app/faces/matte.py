"""Decides by colour how much of a pixel at the edge is person and how much background."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from portrait_app.pictures.pixels import Mask, Pixels

HAIR_REACH = 0.04  # how far the outline may be wrong, in heights of the face
SURE = 0.9  # of a mask's value: so much is all person, one minus so much all background
CONTRAST = (0.27, 0.85)
"""The refined mask between these becomes 0..1; a little above the middle, so that no rim of the background stays."""


def refine(photo: Pixels, mask: Mask, face_height: float) -> Mask:
    """Let the photo's colours decide where a network is unsure: hair against the background.

    Args: mask: what the network saw, of the photo's size. face_height: from hairline to chin, in px of the photo.
    """
    by_colour = _by_colour(photo, mask, face_height)
    radius = max(2, round(face_height / 60))
    along_edges = np.asarray(cv2.ximgproc.guidedFilter(photo, by_colour, radius, (0.03 * 255) ** 2), np.float32)
    unsure = smoothstep(0.02, 0.2, by_colour) * (1 - smoothstep(0.8, 0.98, by_colour))
    refined = by_colour + (along_edges - by_colour) * unsure * 0.7
    return smoothstep(*CONTRAST, refined.astype(np.float32))


def smoothstep(low: float, high: float, values: Mask) -> Mask:
    """0 up to `low`, 1 from `high`, and a soft S between."""
    part = np.clip((values - low) / (high - low), 0, 1)
    return (part * part * (3 - 2 * part)).astype(np.float32)


def _by_colour(photo: Pixels, mask: Mask, face_height: float) -> Mask:
    """Mix by colour near the outline: where a pixel lies between the person's and the background's colour nearby.

    It counts as far as the two colours nearby differ more than each varies (Fisher's ratio): much for hair against a
    wall, little against a crowd.
    """
    colours = np.asarray(photo, np.float32) / np.float32(255)
    reach = max(3, round(face_height * HAIR_REACH))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    person = np.asarray(cv2.erode((mask > SURE).astype(np.float32), kernel), np.float32)
    behind = np.asarray(cv2.erode((mask < 1 - SURE).astype(np.float32), kernel), np.float32)
    person_colour, person_spread, person_near = _nearby(colours, person, reach)
    behind_colour, behind_spread, behind_near = _nearby(colours, behind, reach)
    apart = person_colour - behind_colour
    apart_squared = (apart**2).sum(axis=2) + np.float32(1e-4)
    spread = person_spread + behind_spread + np.float32(0.01)
    share = np.clip(((colours - behind_colour) * apart).sum(axis=2) / apart_squared, 0, 1)
    strange = ((colours - behind_colour - share[..., None] * apart) ** 2).sum(axis=2)
    trust = apart_squared / (apart_squared + 8 * spread) * np.exp(-strange / spread)
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), reach / 2), np.float32)
    trust *= np.minimum(person_near, behind_near) * smoothstep(0.02, 0.3, np.minimum(soft, 1 - soft))
    return (mask + (share - mask) * trust).astype(np.float32)


def _nearby(colours: NDArray[np.float32], where: Mask, reach: int) -> tuple[NDArray[np.float32], Mask, Mask]:
    """Mean colour of what lies nearby and is `where`, how much it varies there, and whether there is any."""
    size = (6 * reach + 1, 6 * reach + 1)
    amount = np.asarray(cv2.blur(where, size), np.float32)
    weight, total = where[..., None], amount[..., None] + np.float32(1e-6)
    mean = np.asarray(cv2.blur(colours * weight, size), np.float32) / total
    square = np.asarray(cv2.blur(colours * colours * weight, size), np.float32) / total
    spread = np.maximum(square - mean * mean, np.float32(0)).sum(axis=2)
    return mean.astype(np.float32, copy=False), spread, np.minimum(amount * np.float32(20), np.float32(1))
