"""Says which pixels of a photo belong to a person, hair included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.faces import matte, weights
from portrait_app.faces.face import Face
from portrait_app.faces.network import Network

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from portrait_app.pictures.pixels import Mask, Pixels

INPUT_PX = 256
WORKING_FACE_PX = 160  # so the nearest view, two faces wide, still has more pixels than the network
WIDE_VIEW = (4.6, 0.95)  # a square around head and body: its side, and how far below the face, in heights of the face
NEARER_VIEWS = ((3.0, 0.35), (2.0, -0.05))
OUTLINE_REACH = 0.07  # how far outside the wider view's outline a nearer one is believed, in heights of the face
SOLID = 0.5
AROUND = 0.6  # people behind are seen at 0.3-0.55


class Segmenter:
    """MediaPipe's selfie segmentation, looked at from near; `matte.refine` then follows the photo's own edges."""

    def __init__(self, models: Path) -> None:
        self._network = Network(models, weights.PERSON_MASK)

    def outline(self, photo: Pixels, face: Face) -> Mask:
        """Say roughly how much of each pixel belongs to the person with this face.

        A large photo is looked at small: no view is finer than the network, and what is drawn between them is smooth.
        """
        scale = min(1.0, WORKING_FACE_PX / max(1.0, face.height))
        size = [max(8, round(side * scale)) for side in photo.shape[1::-1]]
        small = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
        mask = self._outline(small, Face((face.points * scale).astype(np.float32), face.score))
        return np.clip(
            np.asarray(cv2.resize(mask, photo.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.float32), 0, 1
        )

    def _outline(self, photo: Pixels, face: Face) -> Mask:
        mask = self._look(photo)
        for view, is_wide in ((WIDE_VIEW, True), *((view, False) for view in NEARER_VIEWS)):
            left, top, right, bottom = _view(photo, face, *view)
            near = self._look(photo[top:bottom, left:right])
            weight = _feather(photo.shape, (left, top, right, bottom))
            if not is_wide:  # it draws the outline better, but takes people behind for this one
                weight = weight * _near_person(mask, face.height)[top:bottom, left:right]
            part = mask[top:bottom, left:right]
            part += (near - part) * weight
        return _only_this_person(mask, face)

    def _look(self, view: Pixels) -> Mask:
        small = cv2.resize(view, (INPUT_PX, INPUT_PX), interpolation=cv2.INTER_AREA)
        # The mean over the view and its mirror image is surer at the edges.
        both = [
            self._network(np.asarray(turned, np.float32) / np.float32(255))[0].reshape(INPUT_PX, INPUT_PX)
            for turned in (small, cv2.flip(small, 1))
        ]
        seen = (both[0] + both[1][:, ::-1]) / 2
        return np.clip(np.asarray(cv2.resize(seen, view.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.float32), 0, 1)


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
    grown = cv2.dilate((mask > AROUND).astype(np.uint8), disc)
    return np.asarray(cv2.GaussianBlur(grown.astype(np.float32), (0, 0), face_height * 0.02), np.float32)


def _feather(shape: tuple[int, ...], view: tuple[int, int, int, int]) -> Mask:
    """Weights of a view: 1 inside, falling to 0 at its sides, except where a side is the photo's own."""
    left, top, right, bottom = view

    def ramp(length: int, open_start: bool, open_end: bool) -> NDArray[np.float32]:
        rise = np.clip((np.arange(length, dtype=np.float32) + 0.5) / (length / 8), 0, 1)
        rise = matte.smoothstep(0, 1, rise)
        flat = np.ones(length, np.float32)
        return (flat if open_start else rise) * (flat if open_end else rise[::-1])

    across = ramp(right - left, left == 0, right == shape[1])
    down = ramp(bottom - top, top == 0, bottom == shape[0])
    return down[:, None] * across


def _only_this_person(mask: Mask, face: Face) -> Mask:
    """Drop other people and specks: keep what hangs together with the face."""
    edge = max(3, round(face.height / 25)) | 1
    solid = cv2.morphologyEx((mask > SOLID).astype(np.uint8), cv2.MORPH_OPEN, np.ones((edge, edge), np.uint8))
    labels = cv2.connectedComponents(solid)[1]
    x, y = (int(np.clip(at, 0, size - 1)) for at, size in zip(face.box.centre, mask.shape[::-1], strict=True))
    if labels[y, x] == 0:
        return mask
    reach = max(5, round(face.height / 8)) | 1
    own = cv2.dilate((labels == labels[y, x]).astype(np.uint8), np.ones((reach, reach), np.uint8)).astype(np.float32)
    return mask * np.asarray(cv2.GaussianBlur(own, (0, 0), reach / 5), np.float32)
