"""Cuts a person out of a photo, hair included, and takes the old background's colour out of the edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.faces import weights
from portrait_app.faces.network import Network

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from portrait_app.faces.face import Face
    from portrait_app.pictures.pixels import Mask, Pixels

INPUT_PX = 256
WIDE_VIEW = (4.6, 0.95)  # a square around head and body: its side, and how far below the face, in heights of the face
NEARER_VIEWS = ((3.0, 0.35), (2.0, -0.05))
OUTLINE_REACH = 0.07  # how far outside the wider view's outline a nearer one is believed, in heights of the face
CONTRAST = (0.2, 0.8)  # the refined mask between these becomes 0..1: the network never gets quite sure


class Segmenter:
    """MediaPipe's selfie segmentation, looked at from near, then refined along the photo's own edges."""

    def __init__(self, models: Path) -> None:
        self._network = Network(models, weights.PERSON_MASK)

    def person_mask(self, photo: Pixels, face: Face) -> Mask:
        """Say how much of each pixel belongs to the person with this face."""
        mask = self._look(photo)
        for view, is_wide in ((WIDE_VIEW, True), *((view, False) for view in NEARER_VIEWS)):
            left, top, right, bottom = _view(photo, face, *view)
            near = self._look(photo[top:bottom, left:right])
            weight = _feather(photo.shape, (left, top, right, bottom))
            if not is_wide:  # it draws the outline better, but takes people behind for this one
                weight = weight * _near_person(mask, face.height)[top:bottom, left:right]
            part = mask[top:bottom, left:right]
            part += (near - part) * weight
        return _refine(photo, _only_this_person(mask, face), face.height)

    def _look(self, view: Pixels) -> Mask:
        small = cv2.resize(view, (INPUT_PX, INPUT_PX), interpolation=cv2.INTER_AREA)
        # The mean over the view and its mirror image is surer at the edges.
        both = [
            self._network(turned.astype(np.float32) / 255)[0].reshape(INPUT_PX, INPUT_PX)
            for turned in (small, cv2.flip(small, 1))
        ]
        seen = (both[0] + both[1][:, ::-1]) / 2
        return np.clip(np.asarray(cv2.resize(seen, view.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.float32), 0, 1)


def foreground_colours(photo: NDArray[np.float32], mask: Mask) -> NDArray[np.float32]:
    """Estimate the person's own colours, so that no fringe of the old background comes along.

    Args: photo: RGB 0..1, (height, width, 3). mask: of the same size.
    Returns: RGB 0..1, to be laid over a new background by `mask`.
    Source: Forte, "Approximate Fast Foreground Colour Estimation", 2021 (blur fusion, twice).
    """
    alpha = mask[..., None]
    colours = photo
    for radius in (max(3, max(mask.shape) // 12), max(2, max(mask.shape) // 100)):
        size = (2 * radius + 1, 2 * radius + 1)
        inside = cv2.blur(mask, size)[..., None]
        person = cv2.blur(colours * alpha, size) / (inside + 1e-5)
        behind = cv2.blur(photo * (1 - alpha), size) / (1 - inside + 1e-5)
        mended = person + alpha * (photo - alpha * person - (1 - alpha) * behind)
        colours = np.clip(mended, 0, 1).astype(np.float32)
    return colours


def _view(photo: Pixels, face: Face, reach: float, below: float) -> tuple[int, int, int, int]:
    """A square around the head, inside the photo: left, top, right, bottom; `reach` and `below` as in WIDE_VIEW."""
    height, width = photo.shape[:2]
    half = face.height * reach / 2
    x, y = face.box.centre
    y += face.height * below
    left, right = (round(min(max(x + side, 0), width)) for side in (-half, half))
    top, bottom = (round(min(max(y + side, 0), height)) for side in (-half, half))
    # A face at the very border still gets a view of some pixels.
    return min(left, width - 8), min(top, height - 8), max(right, left + 8), max(bottom, top + 8)


def _near_person(mask: Mask, face_height: float) -> Mask:
    """1 where a wider view saw the person and a little around, 0 farther away."""
    reach = 2 * max(1, round(face_height * OUTLINE_REACH)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    grown = cv2.dilate((mask > 0.6).astype(np.uint8), disc).astype(np.float32)  # noqa: PLR2004 - people behind: 0.3-0.55
    return cv2.GaussianBlur(grown, (0, 0), face_height * 0.02)


def _feather(shape: tuple[int, ...], view: tuple[int, int, int, int]) -> Mask:
    """Weights of a view: 1 inside, falling to 0 at its sides, except where a side is the photo's own."""
    left, top, right, bottom = view

    def ramp(length: int, open_start: bool, open_end: bool) -> NDArray[np.float32]:
        rise = np.clip((np.arange(length, dtype=np.float32) + 0.5) / (length / 8), 0, 1)
        rise = rise * rise * (3 - 2 * rise)
        return (1 if open_start else rise) * (1 if open_end else rise[::-1]) * np.ones(length, np.float32)

    across = ramp(right - left, left == 0, right == shape[1])
    down = ramp(bottom - top, top == 0, bottom == shape[0])
    return down[:, None] * across


def _only_this_person(mask: Mask, face: Face) -> Mask:
    """Drop other people and specks: keep what hangs together with the face."""
    edge = max(3, round(face.height / 25)) | 1
    solid = cv2.morphologyEx((mask > 0.5).astype(np.uint8), cv2.MORPH_OPEN, np.ones((edge, edge), np.uint8))  # noqa: PLR2004
    labels = cv2.connectedComponents(solid)[1]
    x, y = (int(np.clip(at, 0, size - 1)) for at, size in zip(face.box.centre, mask.shape[::-1], strict=True))
    if labels[y, x] == 0:
        return mask
    reach = max(5, round(face.height / 8)) | 1
    own = cv2.dilate((labels == labels[y, x]).astype(np.uint8), np.ones((reach, reach), np.uint8)).astype(np.float32)
    return mask * cv2.GaussianBlur(own, (0, 0), reach / 5)


def _refine(photo: Pixels, mask: Mask, face_height: float) -> Mask:
    """Let the photo's colours decide where the network is unsure: hair against the background."""
    radius = max(2, round(face_height / 40))
    along_edges = cv2.ximgproc.guidedFilter(photo, mask, radius, (0.03 * 255) ** 2)
    unsure = _smoothstep(0.02, 0.2, mask) * (1 - _smoothstep(0.8, 0.98, mask))
    return _smoothstep(*CONTRAST, mask + (along_edges - mask) * unsure)


def _smoothstep(low: float, high: float, values: Mask) -> Mask:
    part = np.clip((values - low) / (high - low), 0, 1)
    return part * part * (3 - 2 * part)
