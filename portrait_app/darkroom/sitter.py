"""Places the person of one kept photo into the frame: their pixels, mask and mesh, and the photo's scene behind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import detail, mend, mesh, overexposed, relief, shoulders
from portrait_app.darkroom.matting import own_colour

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from portrait_app.darkroom.framing import Framing
    from portrait_app.darkroom.planes import Picture, Plane, Points
    from portrait_app.darkroom.relief import Relief
    from portrait_app.darkroom.shot import Shot


@dataclass(frozen=True)
class Sitter:
    """The person in the frame.

    Args: person: their own colours, also under the soft edge. alpha: how much of each pixel is theirs. scene: the
        photo as it was, mirrored beyond its edges. taken: where `scene` shows the person or their mirror image.
        known: 1 where `scene` is really the photo. points: the mesh in frame px. faces: the mesh's triangles.
        face_px: face height in the frame.
    """

    person: Picture
    alpha: Plane
    scene: Picture
    taken: Plane
    known: Plane
    points: Points
    faces: NDArray[np.int32]
    face_px: float

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the frame, px."""
        return self.alpha.shape[0], self.alpha.shape[1]

    @cached_property
    def relief(self) -> Relief:
        """Depth and normals, worked out when first asked for."""
        return relief.of(self.points, self.faces, self.alpha, luminance_of=self.person)

    @cached_property
    def skin(self) -> Plane:
        """The bare skin of the face: inside the oval, without eyes, brows and lips."""
        oval = mesh.fill(self.points, mesh.OVAL, self.shape, self.face_px * 0.015)
        return np.clip(oval - mesh.features(self.points, self.shape, self.face_px * 0.02), 0, 1).astype(np.float32)


def seat(shot: Shot, faces: NDArray[np.int32], framing: Framing, width: int, height: int) -> Sitter:
    """Put the person of `shot` into a frame of `width` by `height` px."""
    scale, left, top = framing.scale, framing.left, framing.top
    scene = detail.place(shot.pixels, scale, left, top, (width, height))
    mask = shot.alpha.astype(np.float32) / 255
    alpha = detail.place_plane(mask, scale, left, top, (width, height))
    taken = detail.place_plane(mask, scale, left, top, (width, height), is_mirrored=True)
    known = detail.place_plane(np.ones(shot.alpha.shape, np.float32), scale, left, top, (width, height))
    points = (shot.points * scale + np.array([left, top, 0], np.float32)).astype(np.float32)
    face_px = mesh.height(points)
    person = own_colour(scene, alpha, face_px)
    lit = mend.Lit(person, alpha, points, scene, known)
    person = mend.mended(replace(lit, person=overexposed.recovered(lit)))
    sides = (left, left + shot.alpha.shape[1] * scale)
    person, alpha = shoulders.finish(person, alpha, points, sides)
    return Sitter(person, alpha, scene, taken, known, points, faces, face_px)
