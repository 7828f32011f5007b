"""Finds where faces may be in a photo, large ones and small ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.faces import weights
from portrait_app.faces.face import Box
from portrait_app.faces.network import Network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from portrait_app.pictures.pixels import Pixels

LEAST_SCORE = 0.5  # MediaPipe's min_score_thresh for this model
WORKING_EDGE_PX = 1280  # a tile is shrunk to 128 px, so more would only cost time
TILE_FRACTIONS = (1.0, 0.6)  # of the photo's shorter side
LEAST_TILE_PX = 64  # smaller holds no face worth having, and a panorama would be cut into thousands
INPUT_PX = 128


@dataclass(frozen=True, eq=False)
class Candidate:
    """What may be a face: its box, and six points (eyes, nose, mouth, ears) as (6, 2), in px of the photo."""

    box: Box
    score: float
    key_points: NDArray[np.float32]


class Detector:
    """MediaPipe's short-range BlazeFace, sent over overlapping tiles, since it misses faces under a tenth of a view."""

    def __init__(self, models: Path) -> None:
        self._network = Network(models, weights.FACE_DETECTION, ("regressors", "classificators"))

    def candidates(self, photo: Pixels) -> list[Candidate]:
        """Find what may be faces, the most certain first; each is named once, though many tiles see it."""
        shrink = min(1.0, WORKING_EDGE_PX / max(photo.shape[:2]))
        small = photo
        if shrink < 1:
            size = (max(1, round(photo.shape[1] * shrink)), max(1, round(photo.shape[0] * shrink)))
            small = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
        seen: list[Candidate] = []
        for left, top, tile in _tiles(small):
            seen += self._look(tile, left, top, 1 / shrink)
        kept: list[Candidate] = []
        for candidate in sorted(seen, key=lambda one: -one.score):
            if not any(candidate.box.is_around(other.box) for other in kept):
                kept.append(candidate)
        return kept

    def _look(self, tile: Pixels, left: int, top: int, enlarge: float) -> Iterator[Candidate]:
        """Run the network on one tile at (left, top) of the shrunken photo."""
        scale = INPUT_PX / max(tile.shape[:2])
        height, width = (max(1, round(side * scale)) for side in tile.shape[:2])
        y, x = (INPUT_PX - height) // 2, (INPUT_PX - width) // 2
        view = np.zeros((INPUT_PX, INPUT_PX, 3), np.float32)
        view[y : y + height, x : x + width] = cv2.resize(tile, (width, height), interpolation=cv2.INTER_AREA)
        found, logits = self._network(view / 127.5 - 1)
        scores = 1 / (1 + np.exp(-np.clip(logits.ravel(), -80, 80)))
        # Eight pairs a place: centre, size, six points. All but the size count from the place's own anchor.
        pairs = found.reshape(-1, 8, 2)
        for number in np.flatnonzero(scores > LEAST_SCORE):
            centre, size, *points = pairs[number]
            corners = np.array([centre - size / 2, centre + size / 2, *points]) + ANCHORS[number] * INPUT_PX
            placed = ((corners - (x, y)) / scale + (left, top)) * enlarge
            yield Candidate(Box(*placed[:2].ravel().tolist()), float(scores[number]), placed[2:].astype(np.float32))


def _tiles(photo: Pixels) -> Iterator[tuple[int, int, Pixels]]:
    """The whole photo, then squares that overlap by half: (left, top, tile)."""
    height, width = photo.shape[:2]
    yield 0, 0, photo
    for fraction in TILE_FRACTIONS:
        edge = round(min(height, width) * fraction)
        if edge < LEAST_TILE_PX:
            return
        step = edge // 2
        for top in sorted({*range(0, height - edge + 1, step), height - edge}):
            for left in sorted({*range(0, width - edge + 1, step), width - edge}):
                yield left, top, photo[top : top + edge, left : left + edge]


def _anchors() -> NDArray[np.float32]:
    """Middles of the network's 896 places, 0..1: 16 x 16 cells of two and 8 x 8 cells of six (MediaPipe's graph)."""
    middles: list[tuple[float, float]] = []
    for cells, places in ((16, 2), (8, 6)):
        for row in range(cells):
            for column in range(cells):
                middles += [((column + 0.5) / cells, (row + 0.5) / cells)] * places
    return np.array(middles, np.float32)


ANCHORS = _anchors()
