"""The form that a new light falls on: what is drawn on a person stands out as far as it would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import framing, mesh, relief, sitter
from portrait_app.darkroom.planes import blur
from tests.portrait_models import president

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Floats

SIZE = (512, 640)


def test_short_hair_is_not_pitted_as_deep_as_cloth_is_folded():
    shot = president().shots[1]
    seat = sitter.seat(shot, mesh.triangles(president().shape.mean), framing.compose(shot, *SIZE, lean=0.0), *SIZE)
    speckle = 0.3 + blur(np.random.default_rng(1).normal(0, 0.5, seat.shape).astype(np.float32), seat.face_px * 0.006)
    person = np.repeat(np.clip(speckle, 0, 1)[..., None], 3, axis=2)
    drawn, plain = (
        relief.of(seat.points, seat.faces, seat.alpha, luminance_of=picture).normals
        for picture in (person, np.full_like(person, 0.3))
    )
    (x, y), chin = seat.points[mesh.FOREHEAD, :2], seat.points[mesh.CHIN, 1]
    hair, cloth = (
        rough(drawn - plain, x, row, seat.face_px * 0.04)
        for row in (y - 0.08 * seat.face_px, chin + 0.6 * seat.face_px)
    )
    assert 0 < hair < 0.5 * cloth


def rough(normals: Floats, x: float, y: float, half: float) -> float:
    """How far a patch is from flat."""
    return float(normals[round(y - half) : round(y + half), round(x - half) : round(x + half), :2].std())
