"""An outline that the network saw roughly comes to lie on the photo's edges, and only where the colours say so."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from portrait_app.darkroom import edges, matting, mesh
from portrait_app.darkroom.planes import blur, luminance
from tests.portrait_models import president

FACE_PX = 130
EDGE_PX = 300
SLEEVE, WALL, FLAG = (30, 36, 60), (196, 190, 178), (200, 30, 40)


def true_person() -> np.ndarray:
    """1 inside a body with two folds in its side."""
    body = np.zeros((EDGE_PX, EDGE_PX), np.uint8)
    cv2.ellipse(body, (150, 150), (80, 105), 0, 0, 360, 1, -1)
    for y in (125, 180):
        cv2.circle(body, (228, y), 7, 0, -1)
    return body


def photo_of(person: np.ndarray, cloth: tuple[int, int, int], scene: tuple[int, int, int]) -> np.ndarray:
    """The body before one colour, with a little noise."""
    plain = np.where(person[..., None] > 0, np.array(cloth), np.array(scene)).astype(np.float32)
    return np.clip(plain + np.random.default_rng(1).normal(0, 3, plain.shape), 0, 255).astype(np.uint8)


def rough(person: np.ndarray) -> np.ndarray:
    """As the network sees it: soft, and without the folds."""
    closed = cv2.morphologyEx(person, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    return np.clip(blur(closed.astype(np.float32), 4), 0, 1)


def wrong(mask: np.ndarray, person: np.ndarray) -> int:
    """How many px are on the wrong side."""
    return int(((mask > 0.5) != (person > 0)).sum())


@pytest.mark.parametrize("scene", [WALL, FLAG])
def test_the_scene_in_the_folds_of_a_sleeve_is_left_out(scene: tuple[int, int, int]):
    person = true_person()
    before = rough(person)
    after = edges.follow(photo_of(person, SLEEVE, scene), before, FACE_PX)
    assert wrong(before, person) > 140
    assert wrong(after.mask, person) < 40
    assert after.sure.min() > 0.4


def test_where_cloth_and_scene_are_alike_the_network_is_believed():
    person = true_person()
    before = rough(person)
    after = edges.follow(photo_of(person, SLEEVE, SLEEVE), before, FACE_PX)
    assert wrong(after.mask, (before > 0.5).astype(np.uint8)) < 200
    assert after.sure[150, 70] < 0.3
    assert after.sure[150, 150] == 1


def test_a_shine_inside_the_person_is_no_hole():
    person = true_person()
    before = rough(person)
    before[150:165, 130:150] = 0
    after = edges.follow(photo_of(person, SLEEVE, WALL), before, FACE_PX)
    assert after.mask[140:175, 120:160].min() > 0.95


def test_a_speck_beside_the_person_goes_and_a_hand_stays():
    alpha = true_person().astype(np.float32)
    cv2.circle(alpha, (250, 100), 4, (1.0,), -1)
    cv2.line(alpha, (150, 50), (190, 20), (1.0,), 1)  # a thread, with a speck at its end
    cv2.circle(alpha, (190, 20), 3, (1.0,), -1)
    cv2.circle(alpha, (20, 250), 14, (1.0,), -1)
    left = matting.without_specks(alpha, FACE_PX)
    assert left[90:110, 240:260].max() == 0
    assert left[17:24, 186:195].max() == 0
    assert left[250, 20] == 1
    assert np.abs(left - alpha)[60:, 60:235].max() < 0.01


def test_the_same_photo_gives_the_same_outline():
    person = true_person()
    photo = photo_of(person, SLEEVE, FLAG)
    one, other = (edges.follow(photo, rough(person), FACE_PX) for _ in range(2))
    assert np.array_equal(one.mask, other.mask)


def test_no_red_of_the_flag_behind_stays_at_a_dark_sleeve():
    shot = president().shots[0]
    face_px, chin = mesh.height(shot.points), shot.points[mesh.CHIN]
    side = np.s_[
        round(chin[1] + 0.3 * face_px) : round(chin[1] + 1.3 * face_px),
        : round(shot.points[:, 0].min() - 0.4 * face_px),
    ]
    red = shot.pixels[side][..., 0].astype(int) - shot.pixels[side][..., 2]
    assert (red > 60).sum() > 1000
    assert ((red > 60) & (shot.alpha[side] > 100)).sum() < 10


def test_no_lamp_beside_the_jaw_of_a_backlit_face_is_taken_for_it():
    shot = president().shots[2]
    face_px = mesh.height(shot.points)
    oval = cv2.dilate(
        mesh.fill(shot.points, mesh.OVAL, shot.alpha.shape), np.ones((3, 3)), iterations=round(face_px * 0.03)
    )
    mouth, chin = shot.points[17, 1], shot.points[mesh.CHIN, 1]
    beside = np.zeros(shot.alpha.shape, np.bool_)
    beside[round(mouth) : round(chin), round(shot.points[mesh.CHIN, 0]) :] = True
    bright = (luminance(shot.pixels / np.float32(255)) > 0.75) & (oval < 0.5) & beside
    assert (bright & (shot.alpha > 127)).sum() < 60


def test_hair_has_no_frayed_outline():
    for shot in president().shots:
        face_px = mesh.height(shot.points)
        head = shot.alpha[: round(shot.points[mesh.CHIN, 1] - 0.35 * face_px)].astype(np.float32)
        drawn, smooth = (length(mask) for mask in (head, blur(head, face_px * 0.02)))
        assert drawn < 1.04 * smooth


def length(mask: np.ndarray) -> float:
    """How long its outline is, px."""
    lines, _ = cv2.findContours((mask > 127).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return sum(cv2.arcLength(line, True) for line in lines)


def test_windows_that_do_not_agree_leave_no_ghost():
    person = true_person()
    cv2.rectangle(person, (226, 110), (231, 190), (1,), -1)  # a strip that not every window believes in
    after = edges.follow(photo_of(person, SLEEVE, WALL), rough(person), FACE_PX)
    undecided = ((after.mask > 0.2) & (after.mask < 0.8)).astype(np.uint8)
    assert cv2.erode(undecided, np.ones((5, 5), np.uint8)).sum() == 0
