"""Finds what the outline takes for a person: a lectern before them, a strip of the scene at a photo's side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Plane, Points
    from portrait_app.pictures.pixels import Pixels

# In heights of the face, unless said otherwise.
_LEAST_BELOW_CHIN = 0.75  # what begins higher is a scarf or a collar, or leaves no portrait
_LEAST_WIDTH = 0.9  # of the person there, or the line says nothing
_THICK = 0.05  # compared above and below the line
_OTHER_COLOUR = 30  # grey levels in one channel, between a suit and the wood before it
_STRIP = 0.06  # the scene beside a sleeve, too narrow for the outline to know it
_STRANGE = 0.12  # of a side's rows that show another colour than the cloth beside them
_ACROSS = 0.9  # of the person's width that changes its colour in one row


def first_row(photo: Pixels, alpha: Plane, points: Points) -> int:
    """The row at which something straight and as wide as the person begins before them; the photo's height if none.

    The outline takes a table for a lap. In its own room it may stay, before a painted backdrop it floats.
    """
    height, face_px = photo.shape[0], mesh.height(points)
    start = round(float(points[mesh.CHIN, 1]) + _LEAST_BELOW_CHIN * face_px)
    thick = max(2, round(_THICK * face_px))
    if start + 2 * thick >= height:
        return height
    mean = np.asarray(cv2.blur(photo[start:], (max(1, thick // 2), thick)), np.float32)
    change = np.abs(mean[2 * thick :] - mean[: -2 * thick]).max(axis=2)  # of each row, thick px above and below
    body = alpha[start + thick : height - thick] > 0.5  # noqa: PLR2004 -- half covered
    wide = body.sum(axis=1)
    share = ((change > _OTHER_COLOUR) & body).sum(axis=1) / np.maximum(wide, 1)
    found = np.flatnonzero((share > _ACROSS) & (wide > _LEAST_WIDTH * face_px))
    return start + thick + int(found[0]) if found.size else height


def sides(photo: Pixels, alpha: Plane, points: Points) -> tuple[int, int]:
    """The first column, and the one after the last, that show no strip of the scene beside a sleeve."""
    strip = round(_STRIP * mesh.height(points))
    below = round(float(points[mesh.CHIN, 1]))
    body, cover = photo[below:], alpha[below:]
    if min(body.shape[:2]) < 4 * strip or not strip:
        return 0, photo.shape[1]
    left, right = (
        strip * _is_strange(pixels[:, : 3 * strip], mask[:, :strip], strip)
        for pixels, mask in ((body, cover), (body[:, ::-1], cover[:, ::-1]))
    )
    return left, photo.shape[1] - right


def _is_strange(pixels: Pixels, mask: Plane, strip: int) -> bool:
    """Whether the strip at a photo's left side is of another colour than what lies beside it, row by row."""
    rows = mask.min(axis=1) > 0.5  # noqa: PLR2004 -- half covered, to the very side
    if rows.sum() < strip:
        return False
    soft = np.asarray(cv2.blur(np.ascontiguousarray(pixels), (3, max(3, strip // 2))), np.float32)
    outer, inner = soft[rows, : max(1, strip // 3)].mean(axis=1), np.median(soft[rows, strip:], axis=1)
    return float((np.abs(outer - inner).max(axis=1) > _OTHER_COLOUR).mean()) > _STRANGE
