"""A kept photo: the person cut out of it, and what was found about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from portrait_app.darkroom.planes import Floats, Points
    from portrait_app.pictures.pixels import Pixels


@dataclass(frozen=True)
class Shot:
    """One good photo of the person, cut to head and body.

    Args: pixels: the photo around the person. alpha: (height, width), 0..255, where the person is. points: the face
        mesh in px of `pixels`. identity: 128 numbers. quality: 0..1, how good a portrait it promises. number: which
        of the training's photos it was, from 0.
    """

    pixels: Pixels
    alpha: NDArray[np.uint8]
    points: Points
    identity: Floats
    quality: float
    number: int
