"""Says whose face it is: 128 numbers that lie close together for photos of one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.faces import cut, weights
from portrait_app.faces.face import LEFT_EYE, NOSE_BASE, RIGHT_EYE
from portrait_app.faces.network import Network

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from portrait_app.faces.face import Face
    from portrait_app.pictures.pixels import Pixels

SAME_PERSON = 0.6
"""Faces nearer than this are one person's: dlib's own threshold, 99.4 % right on Labeled Faces in the Wild.
Measured here: one person 0.20-0.50, different people 0.72-0.90."""

CHIP_PX = 150
CHIP_MARGIN = 0.25
# Where dlib's get_face_chip_details puts eye corners and nose base in the unit square, left to right, then the nose.
CHIP_POINTS = np.array(
    [
        [0.1205750620789, 0.2137274526848],
        [0.3340850613712, 0.2290642403242],
        [0.6460604764104, 0.2289674387677],
        [0.8595674595992, 0.2134981538014],
        [0.4901123135679, 0.6277975316475],
    ]
)
MESH_POINTS = [*LEFT_EYE, *RIGHT_EYE, NOSE_BASE]


class IdentityReader:
    """dlib's face recognition network."""

    def __init__(self, models: Path) -> None:
        self._network = Network(models, weights.IDENTITY)

    def read(self, photo: Pixels, face: Face) -> NDArray[np.float32]:
        """Compute a face's 128 numbers, the mean over the face and its mirror image."""
        chip = aligned(photo, face, CHIP_PX)
        both = np.stack([chip, cv2.flip(chip, 1)]).astype(np.float32)
        return self._network(both)[0].mean(axis=0)


def aligned(photo: Pixels, face: Face, edge_px: int) -> Pixels:
    """Cut the face upright, so that eyes and nose always lie at the same place of a square of `edge_px`."""
    places = (CHIP_MARGIN + CHIP_POINTS) / (2 * CHIP_MARGIN + 1) * edge_px
    return cut.piece(photo, cut.similarity(places, face.points[MESH_POINTS, :2]), edge_px)


def distance(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """How unlike two faces are: 0 the same photo, below `SAME_PERSON` the same person."""
    return float(np.linalg.norm(one - other))
