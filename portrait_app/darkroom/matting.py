"""Cuts a person out of a photo: how much of each pixel is theirs, and its colour without the scene's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh
from portrait_app.darkroom.planes import blur, mix, smoothstep
from portrait_app.faces import matte

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Picture, Plane
    from portrait_app.faces.face import Face
    from portrait_app.pictures.pixels import Pixels

_EVEN = 0.03  # bumps in the outline of clothes smaller than this, in face heights, are the network's


def cut_out(photo: Pixels, face: Face, outline: Plane) -> Plane:
    """Find how much of each pixel is the person with this face, from the rough outline that `faces` saw.

    Hair follows the photo's own edges, drawn in by a hair's breadth so that no light of the scene comes along.
    From the shoulders down the outline is evened out: cloth has no tassels, the network imagines them where the
    scene is as dark as the suit.
    """
    mask = matte.refine(photo, outline, face.height)
    face_px = mesh.height(face.points)
    hair = smoothstep(0.3, 0.95, blur(mask, face_px * 0.003))
    even = blur(
        np.asarray(cv2.medianBlur((mask * 255).astype(np.uint8), _odd(face_px * 0.05)), np.float32) / 255,
        face_px * _EVEN,
    )
    cloth = smoothstep(0.42, 0.68, even)
    rows = np.arange(mask.shape[0], dtype=np.float32)[:, None]
    chin = float(face.points[mesh.CHIN, 1])
    return mix(hair, cloth, np.broadcast_to(smoothstep(chin + 0.05 * face_px, chin + 0.4 * face_px, rows), mask.shape))


def _odd(size: float) -> int:
    """The nearest odd number, 3 or more."""
    return max(3, round(size) | 1)


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
