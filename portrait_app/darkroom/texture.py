"""Learns how a face looks whatever its expression: its photos warped to one shape, their mean and their variation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import mesh

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from portrait_app.darkroom.planes import Floats, Points
    from portrait_app.darkroom.shape import Shape
    from portrait_app.pictures.pixels import Pixels

EDGE_PX = 512
MOST_MODES = 6
_STANDS_STILL = 2e-4  # relative change of the mean at which further rounds would show nothing
_SCATTER = 1.5  # residuals beyond this many median residuals weigh less: glare, hair, a hand


@dataclass(frozen=True)
class Texture:
    """The look of a face in its mean shape.

    Args: mean: (512, 512, 3) uint8. modes: (n, 512, 512, 3) float32, of norm 1 over the face. deviations: (n,), in
        grey levels.
    """

    mean: Pixels
    modes: Floats
    deviations: Floats


class Easel:
    """Warps faces into the mean shape, drawn 512 px wide."""

    def __init__(self, shape: Shape) -> None:
        flat = shape.mean[:, :2]
        low, high = flat.min(axis=0), flat.max(axis=0)
        place = (flat - (low + high) / 2) * (EDGE_PX * 0.92 / float((high - low).max())) + EDGE_PX / 2
        self.points = place.astype(np.float32)
        self.faces = mesh.triangles(shape.mean)
        self._raster = mesh.Raster.of(self.points, self.faces, (EDGE_PX, EDGE_PX))
        self.rows, self.columns = self._raster.rows, self._raster.columns

    def unwarp(self, photo: Pixels, points: Points) -> Pixels:
        """Bring one photo's face into the mean shape."""
        return self._raster.warp(photo, points)

    def spread(self, texels: Floats) -> Floats:
        """Lay a row of texels out as a picture."""
        plane = np.zeros((EDGE_PX, EDGE_PX, 3), np.float32)
        plane[self.rows, self.columns] = texels.reshape(-1, 3)
        return plane


def refine(
    easel: Easel, faces: Sequence[Pixels], weights: Sequence[float], rounds: int, on_rounds: Callable[[int], None]
) -> Texture:
    """Find mean and modes, each round trusting less those texels that the last round could not explain.

    Robust PCA by iteratively reweighted least squares (de la Torre and Black 2003). It ends early when the mean
    stands still.

    Args: weights: how far each photo is believed. rounds: at most. on_rounds: told how many more are done.
    """
    seen = np.stack([_even(face[easel.rows, easel.columns]) for face in faces])
    by_photo = np.array(weights, np.float32)[:, None]
    trust = np.ones_like(seen)
    mean, modes, sizes = np.zeros(seen.shape[1], np.float32), seen[:0], np.zeros(0, np.float32)
    for number in range(rounds):
        share = trust * by_photo
        before, mean = mean, (share * seen).sum(axis=0) / share.sum(axis=0)
        modes, sizes = _modes((seen - mean) * np.sqrt(trust))
        if np.linalg.norm(mean - before) < _STANDS_STILL * np.linalg.norm(mean):
            on_rounds(rounds - number)
            break
        missed = np.abs(seen - mean - ((seen - mean) @ modes.T) @ modes) + 1.0
        trust = 1 / (1 + (missed / (_SCATTER * np.median(missed[:, ::97], axis=1, keepdims=True))) ** 2)
        on_rounds(1)
    return _texture(easel, mean, modes, sizes)


def _even(texels: Pixels) -> Floats:
    """Half-way to a common exposure: a face in the dark should not become a mode of its own."""
    flat = texels.astype(np.float32)
    return (flat * (0.5 + 0.5 * 128 / max(30.0, float(flat.mean())))).ravel()


def _modes(left_over: Floats) -> tuple[Floats, Floats]:
    """Principal components by the small Gram matrix (Turk and Pentland 1991): the photos are few, the texels many."""
    count = min(MOST_MODES, len(left_over) - 1)
    energy, sides = np.linalg.eigh(left_over @ left_over.T)
    order = np.argsort(energy)[::-1][:count]
    sizes = np.sqrt(np.maximum(energy[order], 1e-9)).astype(np.float32)
    modes = (sides[:, order].T @ left_over) / sizes[:, None]
    signs = np.sign(modes[:, :: modes.shape[1] // 997 or 1].sum(axis=1))  # the sign of a mode is free: fix it
    return (modes * np.where(signs == 0, 1, signs)[:, None]).astype(np.float32), sizes / np.sqrt(
        max(1, len(left_over) - 1)
    )


def _texture(easel: Easel, mean: Floats, modes: Floats, sizes: Floats) -> Texture:
    picture = np.clip(easel.spread(mean), 0, 255).astype(np.uint8)
    return Texture(picture, np.stack([easel.spread(mode) for mode in modes]) if len(modes) else _no_modes(), sizes)


def _no_modes() -> Floats:
    return np.zeros((0, EDGE_PX, EDGE_PX, 3), np.float32)
