"""A lectern before a speaker is no part of them: what is kept of the photo ends above it."""

from __future__ import annotations

import numpy as np

from portrait_app.darkroom import foreground, mesh
from tests.portrait_models import astronaut, president


def test_the_photo_at_the_lectern_ends_above_it():
    shot = president().shots[1]
    assert shot.pixels.shape[:2] == shot.alpha.shape
    assert 1030 < len(shot.alpha) < 1080  # there the wood begins


def test_a_photo_without_one_is_kept_whole():
    for shot in (president().shots[0], president().shots[2], astronaut().shots[0]):
        assert foreground.first_row(shot.pixels, shot.alpha / np.float32(255), shot.points) == len(shot.alpha)


def test_a_table_is_found_and_a_scarf_is_not():
    shot = president().shots[0]
    alpha, face_px = shot.alpha / np.float32(255), mesh.height(shot.points)
    chin = round(float(shot.points[mesh.CHIN, 1]))
    for below, is_found in ((1.4, True), (0.4, False)):
        photo = shot.pixels.copy()
        top = chin + round(below * face_px)
        photo[top : top + (9999 if is_found else 20)] = (150, 110, 60)
        row = foreground.first_row(photo, alpha, shot.points)
        assert top - 0.1 * face_px < row <= top if is_found else row == len(alpha)


def test_a_strip_of_the_scene_beside_a_sleeve_is_cut_off_and_a_plain_sleeve_is_not():
    shot = president().shots[1]  # both shoulders reach beyond the photo
    alpha, width = shot.alpha / np.float32(255), shot.alpha.shape[1]
    assert foreground.sides(shot.pixels, alpha, shot.points) == (0, width)
    photo = shot.pixels.copy()
    photo[:, width - 8 :] = (190, 150, 170)
    strip = round(0.06 * mesh.height(shot.points))
    assert foreground.sides(photo, alpha, shot.points) == (0, width - strip)
    turned, points = photo[:, ::-1], shot.points * [-1, 1, 1] + [width, 0, 0]
    assert foreground.sides(turned, alpha[:, ::-1], points) == (strip, width)
