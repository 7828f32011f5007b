"""Cuts a person out of a photo: where they are, how much of each pixel is theirs, and its colour without the scene's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom.planes import blur

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Picture, Pixels, Plane
    from portrait_app.faces.face import Face
    from portrait_app.faces.reader import FaceReader


def cut_out(photo: Pixels, face: Face, reader: FaceReader) -> Plane:
    """Find how much of each pixel is the person with this face."""
    return reader.person_mask(photo, face)


def own_colour(picture: Picture, alpha: Plane, face_px: float) -> Picture:
    """Estimate the person's colour under the edge, where the scene shines through.

    Source: Forte, "Approximate Fast Foreground Colour Estimation" (2021): two rounds of blur fusion.
    """
    own = picture
    share = alpha[..., None]
    for radius in (face_px / 9, face_px / 50):
        inside = blur(alpha, radius)[..., None] + 1e-5
        outside = blur(1 - alpha, radius)[..., None] + 1e-5
        front = blur(own * share, radius) / inside
        back = blur(picture * (1 - share), radius) / outside
        own = np.clip(front + share * (picture - share * front - (1 - share) * back), 0, 1).astype(np.float32)
    return own
