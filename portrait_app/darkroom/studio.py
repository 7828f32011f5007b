"""Makes portraits from a face model: chooses a photo, frames it, and has a style paint it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import framing, mesh, sitter, styles
from portrait_app.darkroom.cancelled import check
from portrait_app.darkroom.styles.style import Sitting
from portrait_app.faces.face import Face
from portrait_app.faces.identity import distance

if TYPE_CHECKING:
    from collections.abc import Callable

    from portrait_app.darkroom.model import FaceModel
    from portrait_app.darkroom.shot import Shot
    from portrait_app.faces.reader import FaceReader
    from portrait_app.pictures.pixels import Pixels

_GOOD = 0.45  # of the best photo's quality
_FAIR = 0.2  # likewise: what is worse is used only when it is all there is
_ENOUGH = 5  # so many different photos keep eight portraits from looking alike: fair ones join until there are
_NEARNESS = (1.0, 1.15, 0.9)  # a photo that comes again is framed nearer, then farther away


@dataclass(frozen=True, eq=False)
class Portrait:
    """A finished portrait.

    Args: pixels: RGB uint8. photo: the number of the training's photo it was made from. likeness: distance of its
        face to the person's identity; below 0.6 it is the same person.
    """

    pixels: Pixels
    photo: int
    likeness: float


def render(
    model: FaceModel,
    style: str,
    *,
    width: int,
    height: int,
    seed: int,
    reader: FaceReader,
    is_cancelled: Callable[[], bool],
) -> Portrait:
    """Make one portrait; the same arguments give the same pixels on the same machine.

    Args: style: a name in `styles.ALL`. width, height: px. seed: also chooses the photo: neighbouring seeds take
        different ones.
    Raises: KeyError: no such style. Cancelled: `is_cancelled` became true.
    """
    way = styles.ALL[style]
    rng = np.random.default_rng(seed)
    shot, turn = choose(model, seed)
    place = framing.compose(
        shot,
        width,
        height,
        lean=float(rng.uniform(-1, 1)),
        closeness=way.closeness * _NEARNESS[turn % len(_NEARNESS)],
        bare=1.6 if way.is_scene_shown else 0.0,
    )
    seated = sitter.seat(shot, mesh.triangles(model.shape.mean), place, width, height)
    check(is_cancelled)
    print_ = way.paint(Sitting(seated, model.tone, rng))
    check(is_cancelled)
    pixels = np.round(np.clip(print_, 0, 1) * 255).astype(np.uint8)
    found = reader.identity(pixels, Face(seated.points, 1.0))
    return Portrait(pixels, shot.number, distance(found, model.identity))


def choose(model: FaceModel, seed: int) -> tuple[Shot, int]:
    """Take the photos that are fit for it in turn, in an order of the model's own.

    Returns: the photo, and the number of the round; neighbouring seeds never share both.
    """
    fit = _fit(model.shots)
    order = np.random.default_rng(model.seed).permutation(len(fit))
    return fit[int(order[seed % len(fit)])], seed // len(fit)


def _fit(shots: tuple[Shot, ...]) -> list[Shot]:
    """The photos that deserve to be portraits, best first: with the whole head if any, and good ones if enough.

    The quality weighs the light and the face; it does not know where the hair ends.
    """
    whole = [shot for shot in shots if framing.Extent.of(shot).is_head_whole] or list(shots)
    best = whole[0].quality
    good = sum(shot.quality >= _GOOD * best for shot in whole)
    return [shot for shot in whole[: max(good, _ENOUGH)] if shot.quality >= _FAIR * best]
