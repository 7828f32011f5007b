"""Skin that a window behind burnt white gets its colour back, and nobody sees where: no patch, no seam, no lost jaw."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from portrait_app.darkroom import framing, mend, mesh, sitter
from portrait_app.darkroom.planes import blur, luminance
from tests.portrait_models import president

SIZE = (768, 960)
SKIN = np.array([0.62, 0.42, 0.3], np.float32)
SHADE = 0.6  # of the skin's brightness: the neck


def seated(number: int) -> sitter.Sitter:
    shot = president().shots[number]
    return sitter.seat(shot, mesh.triangles(president().shape.mean), framing.compose(shot, *SIZE, lean=0.0), *SIZE)


def before_a_window() -> tuple[mend.Lit, np.ndarray, np.ndarray, np.ndarray]:
    """A face of one colour over a neck in shade, its jaw burnt white; as it was, the burn, and the jaw's inside."""
    seat = seated(0)
    oval = mesh.fill(seat.points, mesh.OVAL, seat.shape)
    noise = np.random.default_rng(1).normal(0, 0.008, (*seat.shape, 1)).astype(np.float32)
    true = SKIN * (SHADE + (1 - SHADE) * oval[..., None]) + noise
    inner = cv2.erode(oval, np.ones((3, 3)), iterations=round(seat.face_px * 0.04))
    jaw = ((oval > 0.9) & (inner < 0.1)).astype(np.float32)
    jaw[: round(float(seat.points[mesh.CHIN, 1] - 0.3 * seat.face_px))] = 0
    burn = cv2.min(blur(jaw, seat.face_px * 0.006), oval)
    person = (true + (np.array([0.9, 0.95, 1.0], np.float32) - true) * burn[..., None]).astype(np.float32)
    scene = np.where(seat.alpha[..., None] > 0.5, person, 0.95).astype(np.float32)
    lit = mend.Lit(person, np.asarray(seat.alpha, np.float32), seat.points, scene, np.ones_like(seat.alpha))
    return lit, true, burn, oval


def at_the_jaw(lit: mend.Lit, oval: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A narrow strip inside the jaw's edge and one outside, where the neck is."""
    disc = np.ones((3, 3))
    rows = np.arange(len(oval))[:, None] > lit.points[mesh.CHIN, 1] - 0.22 * lit.face_px
    near = round(lit.face_px * 0.02)
    inside = (oval > 0.95) & (cv2.erode(oval, disc, iterations=near) < 0.05)
    outside = (oval < 0.05) & (cv2.dilate(oval, disc, iterations=near) > 0.95) & (lit.alpha > 0.95)
    return inside & rows, outside & rows


def steepness(light: np.ndarray) -> np.ndarray:
    down, across = np.gradient(light)
    return np.hypot(down, across)


def test_a_burnt_jaw_is_skin_again():
    lit, true, burn, _ = before_a_window()
    where = burn > 0.7
    before, after = (np.abs(picture - true)[where].mean() for picture in (lit.person, mend.mended(lit)))
    assert before > 0.4
    assert after < 0.1


def test_the_edge_between_jaw_and_neck_stays_where_it_was():
    lit, true, _, oval = before_a_window()
    mended = luminance(mend.mended(lit))
    inside, outside = at_the_jaw(lit, oval)
    assert np.abs(mended - luminance(true))[outside].mean() < 0.006  # nothing is painted over the neck
    step = luminance(true)[inside].mean() - luminance(true)[outside].mean()
    assert mended[inside].mean() - mended[outside].mean() > 0.8 * step


def test_there_is_no_line_where_a_burn_began():
    lit, true, burn, oval = before_a_window()
    mended = blur(luminance(mend.mended(lit)), 2)
    began = (burn > 0.02) & (burn < 0.98) & (cv2.erode(oval, np.ones((9, 9))) > 0.95)
    steep = steepness(mended) - steepness(blur(luminance(true), 2))
    assert np.quantile(steep[began], 0.95) < 0.012


def test_no_white_line_stays_around_ear_and_neck_of_somebody_before_a_window():
    seat = seated(2)
    away = cv2.distanceTransform((seat.alpha > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    core = seat.skin > 0.9
    eyes, collar = mesh.centre(seat.points)[1], seat.points[mesh.CHIN, 1] + 0.05 * seat.face_px
    rim = (away > 1) & (away < 0.05 * seat.face_px)
    rim[: round(float(eyes))] = False
    rim[round(float(collar)) :] = False

    def pale(picture: np.ndarray) -> int:
        warm, light = picture[..., 0] - picture[..., 2], luminance(picture)
        return int((rim & (warm < 0.5 * np.median(warm[core])) & (light > np.median(light[core]) + 0.05)).sum())

    assert pale(seat.scene) > 1000
    assert pale(seat.person) < 20


def test_a_white_collar_beside_a_neck_stays_white():
    lit, _, _, _ = before_a_window()
    chin, face_px = lit.points[mesh.CHIN], lit.face_px
    collar = np.zeros(lit.alpha.shape, np.uint8)
    left, top = round(float(chin[0] - 0.5 * face_px)), round(float(chin[1] + 0.12 * face_px))
    corners = (left, top), (left + round(face_px), top), (round(float(chin[0])), top + 300)
    cv2.fillPoly(collar, [np.array(corners)], (1,))
    dressed = np.where((collar > 0)[..., None], np.float32(0.92), lit.person)
    mended = mend.mended(replace(lit, person=dressed.astype(np.float32)))
    inside = cv2.erode(collar, np.ones((9, 9))) > 0
    assert np.abs(mended - dressed)[inside].mean() < 0.01


def test_a_bright_face_before_a_dark_wall_is_left_alone():
    lit, _, _, _ = before_a_window()
    dark = replace(lit, scene=np.where(lit.alpha[..., None] > 0.5, lit.person, 0.1).astype(np.float32))
    assert np.array_equal(mend.mended(dark), dark.person)
