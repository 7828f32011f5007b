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
EDGE = 0.02  # a mask this near to 0 or 1, when blurred, is sure of itself
CONTRAST = (0.27, 0.85)
"""The refined mask between these becomes 0..1; a little above the middle, so that no rim of the background stays."""


def refine(photo: Pixels, mask: Mask, face_height: float) -> Mask:
    """Let the photo's colours decide where a network is unsure: hair against the background.

    Args: mask: what the network saw, of the photo's size. face_height: from hairline to chin, in px of the photo.
    """
    by_colour = _by_colour(photo, mask, face_height)
    radius = max(2, round(face_height / 60))
    filtered = cv2.ximgproc.guidedFilter(
        photo, by_colour, radius, (0.03 * 255) ** 2, scale=0.5
    )  # as good, three times as fast
    along_edges = np.asarray(filtered, np.float32)
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
    reach = max(3, round(face_height * HAIR_REACH))
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), reach / 2), np.float32)
    at_edge = (soft > EDGE) & (soft < 1 - EDGE)
    person_colour, person_spread, person_near = _nearby(photo, mask > SURE, reach, at_edge)
    behind_colour, behind_spread, behind_near = _nearby(photo, mask < 1 - SURE, reach, at_edge)
    colour = photo[at_edge] / np.float32(255) - behind_colour
    apart = person_colour - behind_colour
    apart_squared = (apart**2).sum(axis=1) + np.float32(1e-4)
    spread = person_spread + behind_spread + np.float32(0.01)
    share = np.clip((colour * apart).sum(axis=1) / apart_squared, 0, 1)
    strange = ((colour - share[:, None] * apart) ** 2).sum(axis=1)
    trust = apart_squared / (apart_squared + 8 * spread) * np.exp(-strange / spread)
    doubt = smoothstep(EDGE, 0.3, np.minimum(soft[at_edge], 1 - soft[at_edge]))
    mixed = mask.copy()
    mixed[at_edge] += (share - mask[at_edge]) * trust * np.minimum(person_near, behind_near) * doubt
    return mixed


def _nearby(
    photo: Pixels, where: NDArray[np.bool_], reach: int, at: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """For the pixels `at`: mean colour of what lies nearby well inside `where`, how much it varies, whether any does.

    All three change slowly over the photo, so they are worked out small.
    """
    shrink = max(1, min(4, reach // 3))
    size = (max(1, photo.shape[1] // shrink), max(1, photo.shape[0] // shrink))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * (reach // shrink) + 1, 2 * (reach // shrink) + 1))
    inside = cv2.erode(cv2.resize(where.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST), kernel)
    colours = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)
    parts = np.dstack([colours, np.square(colours).sum(axis=2), np.ones(size[::-1], np.float32)]) * inside[..., None]
    width = 6 * reach // shrink + 1
    near = cv2.resize(cv2.blur(parts, (width, width)), photo.shape[1::-1], interpolation=cv2.INTER_LINEAR)[at].astype(
        np.float32
    )
    amount = near[:, 4] + np.float32(1e-6)
    mean = near[:, :3] / amount[:, None]
    spread = np.maximum(near[:, 3] / amount - np.square(mean).sum(axis=1), 0)
    return mean.astype(np.float32), spread, np.minimum(amount * np.float32(20), 1)
