"""Reads faces: everything that needs a neural network, behind one object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.faces.detect import Detector
from portrait_app.faces.identity import IdentityReader
from portrait_app.faces.landmarks import LandmarkReader
from portrait_app.faces.segment import Segmenter

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from portrait_app.faces.face import Face
    from portrait_app.pictures.pixels import Mask, Pixels

LEAST_LANDMARK_SCORE = 0.95
"""Measured on 7 portraits and 2 photos without a face, each turned, blurred and relit in 20 ways: what is no face
scores 0.91 at most, every face that a person would recognise 0.998 or more."""


class FaceReader:
    """The four networks, loaded once (about 0.2 s and 60 MB) and shared by all threads."""

    def __init__(self, models: Path) -> None:
        """Load the networks from the folder that `weights.fetch` filled.

        Raises: weights.MissingModelFiles: a file is missing or altered.
        """
        self._detector = Detector(models)
        self._landmarks = LandmarkReader(models)
        self._identities = IdentityReader(models)
        self._segmenter = Segmenter(models)

    def faces(self, photo: Pixels) -> list[Face]:
        """Find every face in a photo, the largest first; what only looks like a face is left out."""
        found = [self._landmarks.read(photo, candidate) for candidate in self._detector.candidates(photo)]
        real = [face for face in found if face.score >= LEAST_LANDMARK_SCORE]
        distinct: list[Face] = []  # two candidates may lead to the same points
        for face in sorted(real, key=lambda face: -face.box.area):
            if not any(face.box.is_around(other.box) for other in distinct):
                distinct.append(face)
        return distinct

    def identity(self, photo: Pixels, face: Face) -> NDArray[np.float32]:
        """Compute the 128 numbers that say whose face it is; compare them with `identity.distance`."""
        return self._identities.read(photo, face)

    def person_outline(self, photo: Pixels, face: Face) -> Mask:
        """Say roughly how much of each pixel is the person with this face, 0..1; `matte.refine` finds the hair."""
        return self._segmenter.outline(photo, face)
