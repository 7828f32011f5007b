"""How each spot of a portrait moves when its person turns, nods, tilts, sways or breathes, or the camera comes nearer.

A turn of few degrees is depth times angle. The outline of a head lies about where it turns around, so it hardly moves:
the picture can be bent as one sheet, nothing needs to be cut out and no hole has to be filled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh, relief
from portrait_app.darkroom.planes import blur, mix, smoothstep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from portrait_app.darkroom.motion_paths import Moment
    from portrait_app.darkroom.planes import Floats, Plane, Points
    from portrait_app.pictures.pixels import Mask

_STEP_PX = 4  # of the grid that the fields are kept on; they are smooth
_RELIEF_STEP = 2  # depth is worked out at half the film's size
_REACH = 0.9  # how far beyond the person the picture gives way, in face heights


@dataclass(frozen=True)
class Fields:
    """Displacements on a coarse grid, (rows, columns, 2), for one unit of each movement.

    Args: centre: of the face, film px. face_px: its height there. turn, nod, tilt: film px a radian. sway, breath: film
        px a film px. nearer: film px for a person grown to twice the size.
    """

    centre: tuple[float, float]
    face_px: float
    turn: Floats
    nod: Floats
    tilt: Floats
    sway: Floats
    breath: Floats
    nearer: Floats

    def moved(self, moment: Moment) -> Floats:
        """Where everything is displaced to in one moment, film px."""
        return (
            self.turn * np.float32(moment.turn)
            + self.nod * np.float32(moment.nod)
            + self.tilt * np.float32(moment.tilt)
            + self.sway * np.float32(moment.sway * self.face_px)
            + self.breath * np.float32(moment.breath * self.face_px)
            + self.nearer * np.float32(moment.nearer)
        ).astype(np.float32)


def of(points: Points, outline: Mask, size: tuple[int, int], scale: float) -> Fields:
    """Work out how a person moves.

    Args: points: the face, in px of the picture. outline: how much of each of its pixels is the person. size: of the
        film, px. scale: from px of the picture to the film's.
    """
    points = (points * scale).astype(np.float32)
    face_px = mesh.height(points)
    grid = grid_of(size)
    depth = _on_grid(_depth(points, outline, size), grid) * _RELIEF_STEP
    near = _near(_on_grid(outline, grid), face_px)
    x, y = mesh.centre(points)
    chin = float(points[mesh.CHIN, 1])
    rows, columns = grid[..., 1], grid[..., 0]
    head = smoothstep(chin + 0.5 * face_px, chin - 0.05 * face_px, rows)
    body = smoothstep(chin - 0.1 * face_px, chin + 0.8 * face_px, rows)
    upper = smoothstep(chin + 1.6 * face_px, chin - 0.2 * face_px, rows)
    neck = chin + 0.35 * face_px
    still = np.zeros_like(depth)
    tilt = np.dstack([neck - rows, columns - x]) * (near * head)[..., None]
    breath = np.dstack([body * (columns - x) / face_px * 0.25, -(0.45 + 0.55 * body)]) * near[..., None]
    nearer = np.dstack([columns - x, rows - y]) * (near * (1 + 0.5 * depth / face_px))[..., None]
    return Fields(
        centre=(float(x), float(y)),
        face_px=face_px,
        turn=np.dstack([depth * head, still]),
        nod=np.dstack([still, -depth * head]),
        tilt=tilt.astype(np.float32),
        sway=np.dstack([near * upper, still]),
        breath=breath.astype(np.float32),
        nearer=nearer.astype(np.float32),
    )


def grid_of(size: tuple[int, int]) -> Floats:
    """The spots of the coarse grid: (rows, columns, 2), x and y in film px."""
    width, height = size
    columns, rows = max(2, round(width / _STEP_PX)), max(2, round(height / _STEP_PX))
    x = (np.arange(columns, dtype=np.float32) + 0.5) * (width / columns) - 0.5
    y = (np.arange(rows, dtype=np.float32) + 0.5) * (height / rows) - 0.5
    return np.dstack(np.meshgrid(x, y)).astype(np.float32)


def sampled(field: Floats, spots: Floats, size: tuple[int, int]) -> Floats:
    """Read a field of the coarse grid at other spots, film px."""
    rows, columns = field.shape[:2]
    x = (spots[..., 0] + 0.5) * np.float32(columns / size[0]) - 0.5
    y = (spots[..., 1] + 0.5) * np.float32(rows / size[1]) - 0.5
    found = cv2.remap(
        field, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found, np.float32)


def _near(person: Plane, face_px: float) -> Plane:
    """1 where the person is, falling to 0 as far away as the picture gives way; on the grid."""
    behind = (person < 0.5).astype(np.uint8)  # noqa: PLR2004 -- half
    away = np.asarray(cv2.distanceTransform(behind, cv2.DIST_L2, 5), np.float32) * _STEP_PX
    return blur(smoothstep(_REACH * face_px, 0.0, away), face_px * 0.06 / _STEP_PX)


def _depth(points: Points, outline: Mask, size: tuple[int, int]) -> Plane:
    """Depth before the plane of the outline, in steps of the relief: the mesh's face on the outline's dome."""
    shape = (-(-size[1] // _RELIEF_STEP), -(-size[0] // _RELIEF_STEP))
    small = (points / _RELIEF_STEP).astype(np.float32)
    alpha = np.asarray(cv2.resize(outline, shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
    face_px = mesh.height(small)
    dome = relief.body_depth(alpha, face_px)
    face, covered = relief.face_depth(small, _triangles(small), shape)
    oval = mesh.fill(small, mesh.OVAL, shape)
    # Far softer than a light needs it: a step in depth, seen from the side, would be a crease on the forehead.
    inside = blur(smoothstep(0.35, 1.0, blur(oval, face_px * 0.06)), face_px * 0.06)
    sure = covered & (inside > 0.5)  # noqa: PLR2004 -- mostly
    offset = float(np.median(dome[sure]) - np.median(face[sure])) if sure.any() else 0.0
    return blur(mix(dome, np.maximum(face + offset, 0), inside), face_px * 0.02)


def _triangles(points: Points) -> NDArray[np.int32]:
    """Triangulate the face as seen from the front, where no point hides another."""
    rigid = points[list(mesh.RIGID)]
    across, down = points[mesh.RIGHT_SIDE] - points[mesh.LEFT_SIDE], points[mesh.CHIN] - points[mesh.FOREHEAD]
    across = across / np.linalg.norm(across)
    down = down - across * (down @ across)
    frame = np.stack([across, down / np.linalg.norm(down)], axis=1)
    return mesh.triangles((points - rigid.mean(axis=0)) @ frame)


def _on_grid(plane: Plane, grid: Floats) -> Plane:
    return np.asarray(cv2.resize(plane, grid.shape[1::-1], interpolation=cv2.INTER_AREA), np.float32)
