"""A shoulder that the photo's side cut off goes on where it was cut, in the same cloth."""

from __future__ import annotations

import numpy as np
import pytest

from portrait_app.darkroom import framing, mesh, sitter
from portrait_app.darkroom.planes import blur, luminance
from tests.portrait_models import president

SIZE = (896, 512)


def seated() -> tuple[sitter.Sitter, int, int]:
    """The president at a lectern, both his shoulders cut, and the first and last columns that are photo."""
    shot = president().shots[1]
    place = framing.compose(shot, *SIZE, lean=0.2)
    end = place.left + shot.alpha.shape[1] * place.scale
    return sitter.seat(shot, mesh.triangles(president().shape.mean), place, *SIZE), round(place.left), round(end)


@pytest.mark.parametrize("side", ["left", "right"])
def test_its_outline_has_no_notch_at_the_cut(side: str):
    seat, start, end = seated()
    covered = seat.alpha if side == "right" else seat.alpha[:, ::-1]
    cut = end if side == "right" else SIZE[0] - start
    near = covered[:, cut - round(seat.face_px * 0.1) : cut + round(seat.face_px * 0.05)]
    covered_px = near.sum(axis=0)  # finer than a row: soft edges count in part
    assert np.abs(np.diff(covered_px)).max() < 0.006 * seat.face_px


def test_its_cloth_is_woven_like_the_photos():
    seat, start, _ = seated()
    light = luminance(seat.person)
    weave = np.abs(light - blur(light, 1.5)) / np.maximum(blur(light, 8), 0.01)
    rows = slice(SIZE[1] - round(seat.face_px * 0.2), SIZE[1] - 4)
    width = round(seat.face_px * 0.15)
    real = weave[rows, start + 8 : start + 8 + width].mean()
    assert 0.6 < weave[rows, start - 8 - width : start - 8].mean() / real < 1.6
