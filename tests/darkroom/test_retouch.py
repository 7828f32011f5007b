"""Skin keeps its pores and loses the noise of a dark photo."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from portrait_app.darkroom import framing, mesh, sitter
from portrait_app.darkroom.planes import blur, luminance
from portrait_app.darkroom.retouch import retouch
from tests.portrait_models import president

SIZE = (768, 960)


def drawing(seat: sitter.Sitter, picture: np.ndarray) -> float:
    """How strong the finest drawing on the skin is."""
    light = luminance(picture)
    return float(np.median(np.abs(light - blur(light, 1.5))[seat.skin > 0.9]))


def test_noise_is_calmed_more_than_pores():
    shot = president().shots[1]
    clean = sitter.seat(shot, mesh.triangles(president().shape.mean), framing.compose(shot, *SIZE, lean=0.0), *SIZE)
    noise = np.random.default_rng(2).normal(0, 0.025, clean.person.shape).astype(np.float32)
    noisy = replace(clean, person=np.clip(clean.person + noise, 0, 1))
    kept, left = (drawing(seat, retouch(seat)) / drawing(seat, seat.person) for seat in (clean, noisy))
    assert kept > 0.5
    assert left < 0.75 * kept


def test_noise_ends_at_no_mesh():
    shot = president().shots[1]
    seat = sitter.seat(shot, mesh.triangles(president().shape.mean), framing.compose(shot, *SIZE, lean=0.0), *SIZE)
    noise = np.random.default_rng(2).normal(0, 0.025, seat.person.shape).astype(np.float32)
    noisy = replace(seat, person=np.clip(seat.person + noise, 0, 1))
    oval = mesh.fill(seat.points, mesh.OVAL, seat.shape)
    beyond = (cv2.dilate(oval, np.ones((3, 3)), iterations=round(seat.face_px * 0.04)) > 0.9) & (oval < 0.1)
    beyond &= cv2.erode(seat.alpha, np.ones((9, 9))) > 0.95

    def left(where: np.ndarray) -> float:
        before, after = (luminance(picture) for picture in (noisy.person, retouch(noisy)))
        fine = [np.median(np.abs(light - blur(light, 1.5))[where]) for light in (before, after)]
        return float(fine[1] / fine[0])

    assert left(beyond) < left(seat.skin > 0.9) + 0.25
