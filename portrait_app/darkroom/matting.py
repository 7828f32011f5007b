"""Cuts a person out of a photo: how much of each pixel is theirs, and its colour without the scene's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import edges, mesh
from portrait_app.darkroom.planes import blur, mix, smoothstep
from portrait_app.faces import matte

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Picture, Plane
    from portrait_app.faces.face import Face
    from portrait_app.pictures.pixels import Pixels

# Bumps in the outline of clothes smaller than these, in face heights, are the network's: where the photo's colours
# have confirmed the outline, and where cloth and scene are too much alike to tell.
_BUMP, _DOUBTFUL_BUMP = 0.008, 0.03
_SPECK = 0.03  # square heights of the face


def cut_out(photo: Pixels, face: Face, rough: Plane) -> Plane:
    """Find how much of each pixel is the person with this face, from the rough outline that `faces` saw.

    Hair follows the photo's own edges, drawn in by a hair's breadth so that no light of the scene comes along.
    From the shoulders down the outline is evened out: cloth has no tassels, the network imagines them where the
    scene is as dark as the suit.
    """
    face_px = mesh.height(face.points)
    outline = edges.follow(photo, rough, face_px)
    mask = matte.refine(photo, outline.mask, face.height)
    alpha = smoothstep(0.3, 0.95, blur(mask, face_px * 0.005))
    chin = float(face.points[mesh.CHIN, 1])
    first = int(np.clip(chin - 0.05 * face_px, 0, len(mask)))  # above there is no cloth
    rows = np.arange(first, len(mask), dtype=np.float32)[:, None]
    if rows.size:
        below = mask[first:]
        cloth = mix(_even(below, face_px * _DOUBTFUL_BUMP), _even(below, face_px * _BUMP), outline.sure[first:])
        down = np.broadcast_to(smoothstep(chin + 0.05 * face_px, chin + 0.4 * face_px, rows), below.shape)
        alpha[first:] = mix(alpha[first:], cloth, down)
    return without_specks(alpha, face_px)


def without_specks(alpha: Plane, face_px: float) -> Plane:
    """Drop what lies beside the person, or hangs on them by a thread, and is too small to be a hand."""
    solid = (alpha > 0.12).astype(np.uint8)  # noqa: PLR2004 -- what would be seen
    opened = np.asarray(cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    _, labels, found, _ = cv2.connectedComponentsWithStats(opened)
    sizes = np.asarray(found, np.int64)[:, cv2.CC_STAT_AREA]
    specks = np.asarray(sizes < _SPECK * face_px**2, np.uint8)[np.asarray(labels, np.int64)]
    around = np.asarray(cv2.dilate(specks, np.ones((_odd(face_px * 0.03),) * 2, np.uint8)), np.uint8) > 0
    return np.where(around & (opened <= specks), 0, alpha).astype(np.float32)


def _even(mask: Plane, bump: float) -> Plane:
    """The mask without what is smaller than `bump` px, drawn in a little."""
    median = cv2.medianBlur((mask * 255).astype(np.uint8), _odd(bump * 1.7))
    return smoothstep(0.42, 0.68, blur(np.asarray(median, np.float32) / 255, bump))


def _odd(size: float) -> int:
    """The nearest odd number, 3 or more."""
    return max(3, round(size) | 1)


def own_colour(picture: Picture, alpha: Plane, face_px: float) -> Picture:
    """Estimate the person's colour under the edge, where the scene shines through.

    Source: Forte, "Approximate Fast Foreground Colour Estimation" (2021): two rounds of blur fusion. Where less than
    half of a pixel is theirs its own colour isn't asked: the mask is drawn in, and what it takes for the scene's share
    would be taken off twice, which draws a dark line around a person before a window.
    """
    own = picture
    share = alpha[..., None]
    for radius in (face_px / 9, face_px / 50):
        inside = blur(alpha, radius)[..., None] + 1e-5
        outside = blur(1 - alpha, radius)[..., None] + 1e-5
        front = blur(own * share, radius) / inside
        back = blur(picture * (1 - share), radius) / outside
        left_over = picture - share * front - (1 - share) * back
        own = np.clip(front + share * smoothstep(0.5, 0.95, share) * left_over, 0, 1).astype(np.float32)
    return own
