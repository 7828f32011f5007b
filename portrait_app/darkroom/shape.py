"""Learns how a face moves: the mean 3-D shape of a person's mesh and the ways in which it varies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import mesh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from portrait_app.darkroom.planes import Floats, Points

_ALIGNMENTS = 6  # the mean stands still after three or four
_MOST_MODES = 10


@dataclass(frozen=True)
class Shape:
    """How a face is formed and how it moves.

    Args: mean: (468, 3), frontal, its face 1 high. modes: (n, 468, 3), orthonormal. deviations: (n,), of each mode.
    """

    mean: Floats
    modes: Floats
    deviations: Floats


def learn(meshes: Sequence[Points]) -> Shape:
    """Align the meshes to their common mean and find what is left as principal components.

    Source: generalised Procrustes analysis (Gower 1975), then PCA: the point distribution model of Cootes et al. 1995.
    """
    loose = [points.astype(np.float64) - points.mean(axis=0) for points in meshes]
    mean = loose[0] / mesh.height(meshes[0])
    for _ in range(_ALIGNMENTS):
        mean = np.mean(np.stack([_onto(points, mean) for points in loose]), axis=0)
        mean = mean / np.linalg.norm(mean[mesh.CHIN] - mean[mesh.FOREHEAD])
    mean = mean @ _frontal(mean)
    left_over = np.array([(_onto(points, mean) - mean).ravel() for points in loose])
    _, sizes, modes = np.linalg.svd(left_over, full_matrices=False)
    kept = min(_MOST_MODES, len(meshes) - 1)
    return Shape(
        mean.astype(np.float32),
        modes[:kept].reshape(kept, mesh.POINTS, 3).astype(np.float32),
        (sizes[:kept] / np.sqrt(max(1, len(meshes) - 1))).astype(np.float32),
    )


def _onto(points: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn, scale and shift `points` onto `target` in the least-squares sense, judged by the skull (Umeyama 1991)."""
    source, goal = points[list(mesh.RIGID)], target[list(mesh.RIGID)]
    centre, aim = source.mean(axis=0), goal.mean(axis=0)
    u, sizes, v = np.linalg.svd((source - centre).T @ (goal - aim))
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ v))])
    scale = float(sizes @ flip.diagonal()) / float(((source - centre) ** 2).sum())
    return scale * (points - centre) @ (u @ flip @ v) + aim


def _frontal(mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation that makes a mean face look straight at the viewer."""
    across = mean[mesh.RIGHT_SIDE] - mean[mesh.LEFT_SIDE]
    across = across / np.linalg.norm(across)
    down = mean[mesh.CHIN] - mean[mesh.FOREHEAD]
    down = down - across * (down @ across)
    down = down / np.linalg.norm(down)
    ahead = np.array(
        [
            across[1] * down[2] - across[2] * down[1],
            across[2] * down[0] - across[0] * down[2],
            across[0] * down[1] - across[1] * down[0],
        ]
    )
    return np.stack([across, down, ahead], axis=1)
