"""Decides how a person sits in the frame, so that no bust floats and no cut shows.

Where the photo ends, so does what is known of the body: the frame must end there too. Downward that is a law (the
body reaches the bottom edge), upward it is one only when the photo cuts the hair, sideways a cut shoulder may be
finished by `shoulders`, at a price.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import mesh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from portrait_app.darkroom.shot import Shot

_FACE_SHARE = 0.37  # a head-and-shoulders portrait: the face's height against the frame's (its area's root)
_SCALES = np.geomspace(0.62, 1.75, 31)
_FORBIDDEN = 1e4
_EYES = np.linspace(0.2, 0.72, 53)


@dataclass(frozen=True)
class Extent:
    """How far the person reaches in the photo, in its px.

    Args: hair: the first row of hair. is_cut_above: the hair touches the photo's top. is_cut_beside: the hair or a
        cheek touches one of its sides. cut_left, cut_right: the first row at which the body touches that side; the
        photo's height where it does not.
    """

    hair: float
    is_cut_above: bool
    is_cut_beside: bool
    cut_left: float
    cut_right: float

    @property
    def is_head_whole(self) -> bool:
        """The photo cuts neither crown nor hair."""
        return not self.is_cut_above and not self.is_cut_beside

    @classmethod
    def of(cls, shot: Shot) -> Extent:
        """Read the reach from the photo's mask."""
        solid = shot.alpha > 127  # noqa: PLR2004 -- half covered
        height, width = solid.shape
        face_px, middle = mesh.height(shot.points), mesh.centre(shot.points)
        left, right = np.clip([middle[0] - face_px * 0.4, middle[0] + face_px * 0.4], 0, width - 1).astype(int)
        rows = np.flatnonzero(solid[:, left : right + 1].any(axis=1))
        hair = float(rows[0]) if len(rows) else float(shot.points[:, 1].min())
        head = solid[: max(1, int(shot.points[mesh.CHIN, 1]))]
        beside = int(max(head[:, 1].sum(), head[:, -2].sum())) > face_px * 0.04
        return cls(hair, hair < height * 0.006 + 1, beside, _first_row(solid[:, 1]), _first_row(solid[:, -2]))


@dataclass(frozen=True)
class Framing:
    """Where the photo lies in the frame: frame px = photo px * scale + (left, top); both may be negative."""

    scale: float
    left: float
    top: float
    extent: Extent


def compose(shot: Shot, width: int, height: int, *, lean: float, closeness: float = 1.0, bare: float = 0.0) -> Framing:
    """Choose the best of some thousands of framings.

    Args: width, height: the frame, px. lean: -1 to 1, how far from the middle the face may sit when there is room.
        closeness: above 1 comes nearer than a classical head-and-shoulders portrait, below 1 keeps away. bare: what it
        costs to show beyond the photo's edges.
    """
    extent = Extent.of(shot)
    scale, left, top = options = _options(shot, extent, (width, height), lean, closeness)
    best = int(np.argmin(_cost(shot, extent, (width, height), (lean, closeness, bare), options)))
    return Framing(float(scale[best]), float(left[best]), float(top[best]), extent)


def _ideal(width: int, height: int, closeness: float) -> float:
    """How tall the face should be, px: by the frame's area, but never too large for its shorter side."""
    return min(_FACE_SHARE * float(np.sqrt(width * height)), height / 2.25, width / 1.7) * closeness


def _options(
    shot: Shot, extent: Extent, frame: tuple[int, int], lean: float, closeness: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Scales and places worth weighing: a grid, and what lies flush with the photo's bottom or a side it cuts."""
    width, height = frame
    photo_height, photo_width = shot.alpha.shape
    face, middle = mesh.height(shot.points), mesh.centre(shot.points)
    fitted = height / photo_height * face  # the whole photo's height in the frame: always possible
    sizes = np.append(_SCALES * _ideal(width, height, closeness), fitted)
    spots = np.unique(np.clip([0.5, 0.5 + lean * 0.08, 0.5 + lean * 0.16, 0.5 - lean * 0.16, 0.36, 0.64], 0.3, 0.7))
    size, spot, eyes = (axis.ravel() for axis in np.meshgrid(sizes, spots, _EYES, indexing="ij"))
    scale = np.tile(size / face, 2)
    left = np.tile(spot * width - middle[0] * size / face, 2)
    top = np.concatenate([eyes * height - middle[1] * size / face, height - photo_height * size / face])
    flush = [left]
    if extent.cut_left < photo_height:
        flush.append(np.zeros_like(left))
    if extent.cut_right < photo_height:
        flush.append(width - photo_width * scale)
    return np.tile(scale, len(flush)), np.concatenate(flush), np.tile(top, len(flush))


def _cost(
    shot: Shot,
    extent: Extent,
    frame: tuple[int, int],
    wish: tuple[float, float, float],
    options: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """What each (scale, left, top) has against it; above 1000 it breaks a law."""
    (width, height), bare, (scale, left, top) = frame, wish[2], options
    bottom, right = top + shot.alpha.shape[0] * scale, left + shot.alpha.shape[1] * scale
    cost = _displeasure(shot, extent, frame, wish, options)
    cost = cost + _FORBIDDEN * np.maximum(height - 0.5 - bottom, 0) / height
    if extent.is_cut_above:
        cost = cost + _FORBIDDEN * np.maximum(top - 0.5, 0) / height
    outside = np.maximum(top, 0) / height + (np.maximum(left, 0) + np.maximum(width - right, 0)) / width
    cost = cost + bare * outside
    for row, gap in ((extent.cut_left, left), (extent.cut_right, width - right)):
        cost = cost + _price_of_a_cut(shot, row, gap, top + row * scale < height, width)
    return cost


def _displeasure(
    shot: Shot,
    extent: Extent,
    frame: tuple[int, int],
    wish: tuple[float, float, float],
    options: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """How far each option is from a well composed portrait: size, headroom, place, and sharpness when enlarged."""
    (width, height), (lean, closeness, _), (scale, left, top) = frame, wish, options
    face, middle = mesh.height(shot.points) * scale, mesh.centre(shot.points)
    x, hair = (left + middle[0] * scale) / width, (top + extent.hair * scale) / height
    wanted_x = 0.5 + lean * 0.12 * float(np.clip(width / height - 1, 0.15, 1))
    wanted_hair = float(np.interp(height / width, [0.45, 1, 1.4, 2.3], [0.07, 0.1, 0.13, 0.2]))
    cost = 5 * np.log(face / _ideal(width, height, closeness)) ** 2 + 14 * (hair - wanted_hair) ** 2
    cost = cost + 9 * (x - wanted_x) ** 2 + 30 * np.maximum(np.abs(x - 0.5) - 0.2, 0)
    if not extent.is_cut_above:
        cost = cost + 40 * np.maximum(0.03 - hair, 0)
    return cost + 0.5 * np.maximum(np.log2(scale / 1.7), 0) ** 2


def _price_of_a_cut(
    shot: Shot, row: float, gap: NDArray[np.float64], is_low: NDArray[np.bool_], width: int
) -> NDArray[np.float64]:
    """What it costs to show `gap` px beyond a side that cuts the body from `row` on."""
    shows = (gap > 0.5) & is_low  # noqa: PLR2004 -- half a px
    above_chin = row < shot.points[mesh.CHIN, 1]  # hair or a hand at the side cannot be finished
    return shows * (0.06 + (_FORBIDDEN if above_chin else 0.5) * np.maximum(gap, 0) / width)


def _first_row(column: NDArray[np.bool_]) -> float:
    """The row from which a side is covered for good; the column's length where it is not."""
    bare = np.flatnonzero(~column)
    start = int(bare[-1]) + 1 if len(bare) else 0
    return float(start) if start < len(column) - 2 else float(len(column))
