"""Finishes a shoulder that the photo's side has cut off, so that a wide frame can hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh
from portrait_app.darkroom.planes import blur, smoothstep

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Floats, Picture, Plane, Points

_REACH = 1.22  # half a person's width at the upper arm, in face heights (hairline to chin)
_LEAST_REACH = 0.30  # but at least this much beyond the cut
_WEAVE = 0.04  # what differs more from its surroundings is a button or a pin, no weave


def finish(person: Picture, alpha: Plane, points: Points, sides: tuple[float, float]) -> tuple[Picture, Plane]:
    """Draw what lies beyond the photo's sides: the outline rounds down into an arm, the cloth is mirrored.

    Args: sides: where the photo ends left and right, frame px. Returns: person and alpha, completed and darkened
        toward the invented part, as a shoulder turning from the light is.
    """
    width = alpha.shape[1]
    left, right = round(sides[0]), round(sides[1])
    middle, face_px = float(mesh.centre(points)[0]), mesh.height(points)
    if right < width - 1:
        person, alpha = _finish_right(person, alpha, right, middle, face_px)
    if left > 0:
        turned = _finish_right(person[:, ::-1], alpha[:, ::-1], width - left, width - 1 - middle, face_px)
        person, alpha = np.ascontiguousarray(turned[0][:, ::-1]), np.ascontiguousarray(turned[1][:, ::-1])
    return person, alpha


def _finish_right(person: Picture, alpha: Plane, cut: int, middle: float, face_px: float) -> tuple[Picture, Plane]:
    """The same for one side: columns from `cut` on are invented."""
    height, width = alpha.shape
    inset = max(2, round(face_px * 0.012))  # the photo's last columns are soft
    cut -= inset
    look = max(8, round(face_px * 0.22))
    known = np.arange(max(0, cut - look), cut)
    outline = _outline(alpha, known)
    if outline is None:
        faded = alpha.copy()
        faded[:, cut:] = 0
        return person, faded
    beyond = np.arange(cut, width, dtype=np.float32) - cut
    reach = max(middle + _REACH * face_px - cut, _LEAST_REACH * face_px)
    falling = _falling(outline, beyond, reach, (height, face_px))
    # Mirrored to and fro over the shoulder alone: farther in come the collar and the tie.
    mirror = cut - 1 - (look - np.abs(beyond % (2 * look) - look)).astype(np.float32)
    ground = np.interp(mirror, known, _smooth(outline))
    rows = np.arange(height, dtype=np.float32)[:, None]
    cloth = _cloth(person, mirror, (rows - falling + ground, np.maximum(rows, ground + look * 0.3)), face_px)
    edge = alpha[:, cut - max(3, look // 8) : cut]
    soft = float(np.clip(((edge > 0.02) & (edge < 0.98)).sum(axis=0).mean(), 1.5, face_px * 0.06))  # noqa: PLR2004 -- partly covered
    body = smoothstep(-0.5, 0.5, ((rows - falling) / soft).astype(np.float32))
    return _join(person, alpha, (cloth, body), cut, reach)


def _cloth(person: Picture, mirror: Floats, rows: tuple[Floats, Floats], face_px: float) -> Picture:
    """The cloth beyond the cut: its folds follow the outline, its weave is the photo's own and stays upright.

    Args: mirror: which column each column shows. rows: which rows, for the folds and for the weave.
    """
    known = np.ascontiguousarray(person[:, int(mirror.min()) : int(mirror.max()) + 1])
    soft = blur(known, max(1.2, face_px * 0.008))
    folds, weave = (
        np.asarray(
            cv2.remap(
                plane,
                np.broadcast_to((mirror - mirror.min()).astype(np.float32), at.shape),
                at.astype(np.float32),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REFLECT,
            ),
            np.float32,
        )
        for plane, at in zip((soft, np.clip(known - soft, -_WEAVE, _WEAVE)), rows, strict=True)
    )
    return np.clip(folds + weave, 0, 1).astype(np.float32)


def _falling(outline: Floats, beyond: Floats, reach: float, size: tuple[int, float]) -> Floats:
    """The outline's rows beyond the cut: a line that bends down like a quarter of an ellipse, to where the arm hangs.

    Args: outline: the rows up to the cut. beyond: how far beyond it, px. reach: where the arm hangs, px beyond.
        size: the frame's height and the face's, px.
    """
    height, face_px = size
    near = outline[-max(6, len(outline) // 3) :]
    slope = float(np.clip(np.polyfit(np.arange(-len(near), 0), near, 1)[0], 0.05, 0.9))
    at_cut = float(outline[-2:].mean())
    part = np.clip(beyond / reach, 0, 1)
    rows = at_cut + slope * beyond + (1 - np.sqrt(np.clip(1 - part**2.2, 0, 1))) * face_px * 0.75
    return np.where(beyond >= reach, height + face_px, rows).astype(np.float32)


def _join(
    person: Picture, alpha: Plane, beyond: tuple[Picture, Plane], cut: int, reach: float
) -> tuple[Picture, Plane]:
    """Lay the invented part beside the known one, and let both fall into shade there."""
    cloth, body = beyond
    person, alpha = person.copy(), alpha.copy()
    person[:, cut:] = cloth
    alpha[:, cut:] = body
    columns = np.arange(alpha.shape[1], dtype=np.float32)
    turning = np.clip((columns - cut + 0.25 * reach) / (1.25 * reach), 0, 1)
    return (person * (1 - 0.6 * turning**1.5)[None, :, None]).astype(np.float32), alpha


def _outline(alpha: Plane, columns: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Floats | None:
    """The body's upper edge in each column (its last bare row from below); None where there is no body."""
    bare = alpha[::-1, columns] < 0.5  # noqa: PLR2004 -- half covered
    from_below = np.argmax(bare, axis=0)
    if (from_below < alpha.shape[0] * 0.01).any() or not bare.any(axis=0).all():
        return None
    return (alpha.shape[0] - from_below).astype(np.float32)


def _smooth(line: Floats) -> Floats:
    """Even out an outline's steps."""
    window = max(3, len(line) // 6) | 1
    padded = np.pad(line, window // 2, mode="edge")
    return np.convolve(padded, np.ones(window) / window, mode="valid")
