"""Finds what stands between the camera and a person: a lectern, a table, the back of a chair."""

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
    body = alpha[start + thick : height - thick] > 0.5  # noqa: PLR2004  # half covered
    wide = body.sum(axis=1)
    share = ((change > _OTHER_COLOUR) & body).sum(axis=1) / np.maximum(wide, 1)
    found = np.flatnonzero((share > _ACROSS) & (wide > _LEAST_WIDTH * face_px))
    return start + thick + int(found[0]) if found.size else height
