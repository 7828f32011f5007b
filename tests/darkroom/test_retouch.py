"""A window behind somebody burns white spots into their jaw: they are painted over."""

from __future__ import annotations

import numpy as np

from portrait_app.darkroom import framing, mesh, sitter
from portrait_app.darkroom.planes import luminance
from portrait_app.darkroom.retouch import retouch
from tests.portrait_models import president


def spots(seat: sitter.Sitter, picture: np.ndarray) -> int:
    """How many px of the lower face are bright and without the skin's warmth."""
    core = seat.skin > 0.9
    warm, light = picture[..., 0] - picture[..., 2], luminance(picture)
    lower = (mesh.fill(seat.points, mesh.OVAL, seat.shape) > 0.5) & (seat.skin > 0.5)
    lower[: round(float(seat.points[mesh.CHIN, 1]) - 0.3 * seat.face_px)] = False
    return int((lower & (warm < 0.3 * np.median(warm[core])) & (light > np.median(light[core]))).sum())


def test_no_white_spots_stay_along_the_jaw_of_a_backlit_face():
    shot = president().shots[2]
    place = framing.compose(shot, 768, 960, lean=0.0)
    seat = sitter.seat(shot, mesh.triangles(president().shape.mean), place, 768, 960)
    assert spots(seat, seat.person) > 100
    assert spots(seat, retouch(seat)) < 10
