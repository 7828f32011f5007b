"""Learns how a face looks whatever its expression: its photos warped to one shape, their mean and their variation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from portrait_app.darkroom import mesh

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from portrait_app.darkroom.planes import Floats, Points
    from portrait_app.darkroom.shape import Shape
    from portrait_app.pictures.pixels import Pixels

_Part = TypeVar("_Part")

EDGE_PX = 512
MOST_MODES = 6
_STANDS_STILL = 2e-4  # relative change of the mean at which further rounds would show nothing
_BLOCK = 1 << 14  # texels
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
    fit = _Fit(seen, np.array(weights, np.float32)[:, None])
    for number in range(rounds):
        if fit.settle() < _STANDS_STILL:
            on_rounds(rounds - number)
            break
        fit.doubt()
        on_rounds(1)
    return _texture(easel, fit)


def _even(texels: Pixels) -> Floats:
    """Half-way to a common exposure: a face in the dark should not become a mode of its own."""
    flat = texels.astype(np.float32)
    return (flat * (0.5 + 0.5 * 128 / max(30.0, float(flat.mean())))).ravel()


class _Fit:
    """The mean and the modes of some faces, as far as they have been found.

    A round goes three times through dozens of megabytes: in blocks that a core's own memory holds, two at a time, that
    takes half as long as with whole arrays. Blocks are summed in their order, so the same photos give the same model.
    """

    def __init__(self, seen: Floats, by_photo: Floats) -> None:
        self._seen, self._by_photo, self._trust = seen, by_photo, np.ones_like(seen)
        self._blocks = [slice(at, at + _BLOCK) for at in range(0, seen.shape[1], _BLOCK)]
        self._sides = np.zeros((len(seen), 0), np.float32)
        self.mean, self.modes = np.zeros(seen.shape[1], np.float32), np.zeros((0, seen.shape[1]), np.float32)
        self.sizes = np.zeros(0, np.float32)

    def settle(self) -> float:
        """Find mean and modes for the present trust; returns how far the mean moved, against its length."""
        parts = self._everywhere(self._gather)
        gram = np.sum([gram for gram, _, _ in parts], axis=0)
        moved, length = sum(moved for _, moved, _ in parts), sum(length for _, _, length in parts)
        self._sides, lengths = _principal(gram)
        self.sizes = lengths / np.float32(np.sqrt(max(1, len(gram) - 1)))
        self.modes = np.empty((len(self.sizes), self.mean.size), np.float32)
        self._everywhere(self._draw)
        signs = np.sign(self.modes[:, :: self.mean.size // 997 or 1].sum(axis=1))  # the sign of a mode is free: fix it
        self.modes *= np.where(signs == 0, 1, signs).astype(np.float32)[:, None]
        return float(np.sqrt(moved / max(length, 1e-9)))

    def doubt(self) -> None:
        """Trust each texel anew, by how well the modes explain it."""
        at_modes = np.sum(self._everywhere(self._seen_along), axis=0)
        self._everywhere(partial(self._miss, at_modes))
        usual = _SCATTER * np.median(self._trust[:, ::97], axis=1, keepdims=True)
        self._everywhere(partial(self._believe, usual))

    def _everywhere(self, work: Callable[[slice], _Part]) -> list[_Part]:
        with ThreadPoolExecutor(2) as pool:  # NumPy lets go of the interpreter
            return list(pool.map(work, self._blocks))

    def _gather(self, block: slice) -> tuple[Floats, float, float]:
        """Move the mean; returns the block's share of the Gram matrix, of the mean's step and of its length."""
        share = self._trust[:, block] * self._by_photo
        mean = (share * self._seen[:, block]).sum(axis=0) / share.sum(axis=0)
        moved = float(((mean - self.mean[block]) ** 2).sum())
        self.mean[block] = mean
        left_over = self._left_over(block)
        return left_over @ left_over.T, moved, float((mean**2).sum())

    def _left_over(self, block: slice) -> Floats:
        return (self._seen[:, block] - self.mean[block]) * np.sqrt(self._trust[:, block])

    def _draw(self, block: slice) -> None:
        self.modes[:, block] = self._sides.T @ self._left_over(block)

    def _seen_along(self, block: slice) -> Floats:
        return (self._seen[:, block] - self.mean[block]) @ self.modes[:, block].T

    def _miss(self, at_modes: Floats, block: slice) -> None:
        """Put in trust's place by how much each texel is missed."""
        missed = self._seen[:, block] - self.mean[block]
        missed -= at_modes @ self.modes[:, block]
        self._trust[:, block] = np.abs(missed, out=missed) + np.float32(1)

    def _believe(self, usual: Floats, block: slice) -> None:
        apart = self._trust[:, block] / usual
        self._trust[:, block] = 1 / (1 + apart * apart)


def _principal(gram: Floats) -> tuple[Floats, Floats]:
    """Principal components by the small Gram matrix (Turk and Pentland 1991): the photos are few, the texels many.

    Returns: how the photos mix to modes of length 1, (photos, n), and how long the modes were, (n,).
    """
    energy, sides = np.linalg.eigh(gram)
    order = np.argsort(energy)[::-1][: min(MOST_MODES, len(gram) - 1)]
    lengths = np.sqrt(np.maximum(energy[order], 1e-9)).astype(np.float32)
    return (sides[:, order] / lengths).astype(np.float32), lengths


def _texture(easel: Easel, fit: _Fit) -> Texture:
    picture = np.clip(easel.spread(fit.mean), 0, 255).astype(np.uint8)
    modes = np.stack([easel.spread(mode) for mode in fit.modes]) if len(fit.modes) else _no_modes()
    return Texture(picture, modes, fit.sizes)


def _no_modes() -> Floats:
    return np.zeros((0, EDGE_PX, EDGE_PX, 3), np.float32)
