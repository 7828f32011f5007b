"""Lays a mesh of 468 points over a face."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from portrait_app.faces import cut, weights
from portrait_app.faces.face import LEFT_EYE, RIGHT_EYE, Face
from portrait_app.faces.network import Network

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.faces.detect import Candidate
    from portrait_app.pictures.pixels import Pixels

INPUT_PX = 192
MARGIN = 1.5  # side of the view over the face's: MediaPipe's face_landmark graph
PASSES = 2  # the second look is centred by the first, as MediaPipe's tracking does
LEFT_KEY, RIGHT_KEY = 0, 1  # the detector's points for the eyes


class LandmarkReader:
    """MediaPipe's face mesh."""

    def __init__(self, models: Path) -> None:
        self._network = Network(models, weights.FACE_LANDMARKS, ("conv2d_21", "conv2d_31"))

    def read(self, photo: Pixels, candidate: Candidate) -> Face:
        """Find the points of a candidate; a low score of the result says that it is no face."""
        centre, edge = candidate.box.centre, candidate.box.edge * MARGIN
        across = candidate.key_points[RIGHT_KEY] - candidate.key_points[LEFT_KEY]
        points, score = np.zeros((468, 3), np.float32), 0.0
        for _ in range(PASSES):
            angle = math.atan2(across[1], across[0])
            to_photo = cut.square(centre, edge, angle, INPUT_PX)
            view = cut.piece(photo, to_photo, INPUT_PX)
            found, logit = self._network(view.astype(np.float32) / 255)
            mesh = found.reshape(468, 3)
            points = np.column_stack([cut.move(mesh[:, :2], to_photo), mesh[:, 2] * edge / INPUT_PX])
            score = 1 / (1 + math.exp(-float(np.clip(logit.ravel()[0], -60, 60))))
            across = points[RIGHT_EYE[1]] - points[LEFT_EYE[0]]
            low, high = mesh[:, :2].min(axis=0), mesh[:, :2].max(axis=0)
            middle = cut.move((low + high)[None] / 2, to_photo)[0]
            centre, edge = (float(middle[0]), float(middle[1])), float((high - low).max()) * edge / INPUT_PX * MARGIN
        return Face(points.astype(np.float32), score)
