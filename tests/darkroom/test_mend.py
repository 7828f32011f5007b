"""What a bright window behind does to somebody is taken back: white spots at the jaw, a glow over a dark shoulder."""

from __future__ import annotations

import cv2
import numpy as np

from portrait_app.darkroom import framing, mend, mesh, sitter
from portrait_app.darkroom.matting import own_colour
from portrait_app.darkroom.planes import blur, luminance
from tests.portrait_models import president

SIZE = (768, 960)


def seated(number: int) -> sitter.Sitter:
    shot = president().shots[number]
    return sitter.seat(shot, mesh.triangles(president().shape.mean), framing.compose(shot, *SIZE, lean=0.0), *SIZE)


def spots(seat: sitter.Sitter, picture: np.ndarray) -> int:
    """How many px of the lower face are bright and without the skin's warmth."""
    core = seat.skin > 0.9
    warm, light = picture[..., 0] - picture[..., 2], luminance(picture)
    lower = (mesh.fill(seat.points, mesh.OVAL, seat.shape) > 0.5) & (seat.skin > 0.5)
    lower[: round(float(seat.points[mesh.CHIN, 1]) - 0.3 * seat.face_px)] = False
    return int((lower & (warm < 0.3 * np.median(warm[core])) & (light > np.median(light[core]))).sum())


def before_a_wall(light: float, glare: float) -> tuple[mend.Lit, np.ndarray]:
    """A person in dark cloth with a bright pin before a wall, some of whose light lies over their shoulder."""
    seat = seated(0)
    alpha = seat.alpha
    person = np.where(seat.points[mesh.CHIN, 1] + 20 < np.arange(SIZE[1])[:, None, None], 0.12, seat.person)
    pin = tuple(int(at) for at in seat.points[mesh.CHIN, :2] + np.array([0.3, 0.75]) * seat.face_px)
    person = cv2.circle(person.astype(np.float32), pin, 8, (0.9, 0.9, 0.9), -1)
    veil = blur(1 - alpha, seat.face_px * 0.12) * glare
    lit = np.clip(person + veil[..., None] * np.array([0.4, 0.7, 1.0]), 0, 1).astype(np.float32)
    scene = np.where(alpha[..., None] > 0.5, lit, light).astype(np.float32)
    return mend.Lit(lit, alpha, seat.points, scene, np.ones_like(alpha)), person


def shoulder(lit: mend.Lit) -> np.ndarray:
    """The outer part of the cloth, well below the collar."""
    away = cv2.distanceTransform((lit.alpha > 0.9).astype(np.uint8), cv2.DIST_L2, 3)
    rows = np.arange(lit.alpha.shape[0])[:, None] > lit.points[mesh.CHIN, 1] + 0.4 * lit.face_px
    return (away > 3) & (away < 0.15 * lit.face_px) & rows


def test_no_white_spots_stay_along_the_jaw_of_a_backlit_face():
    seat = seated(2)
    assert spots(seat, seat.scene) > 100
    assert spots(seat, seat.person) < 10


def test_the_relief_knows_nothing_of_the_spots():
    seat = seated(2)
    jaw = cv2.dilate(spots_mask(seat).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    steep = np.abs(np.gradient(seat.relief.normals[..., 0], axis=1))
    assert np.quantile(steep[jaw], 0.95) < 0.03


def spots_mask(seat: sitter.Sitter) -> np.ndarray:
    """Where the photo is burnt inside the face."""
    return (luminance(seat.scene) > 0.75) & (seat.skin > 0.5)


def test_the_glow_of_a_window_over_a_dark_shoulder_is_taken_off():
    lit, cloth = before_a_wall(light=0.9, glare=0.8)
    where = shoulder(lit)
    before, after = (
        luminance(picture)[where].mean() - luminance(cloth)[where].mean()
        for picture in (lit.person, mend.unveiled(lit))
    )
    assert before > 0.05
    assert after < before / 2


def test_before_a_dark_wall_nothing_is_taken_off():
    lit, _ = before_a_wall(light=0.2, glare=0.8)
    assert np.abs(mend.unveiled(lit) - lit.person).max() < 0.02


def test_a_pin_leaves_no_dark_ring_on_the_cloth():
    lit, cloth = before_a_wall(light=0.9, glare=0.0)
    assert (luminance(cloth) - luminance(mend.unveiled(lit)))[lit.alpha > 0.9].max() < 0.03


def test_no_dark_line_is_drawn_around_somebody_before_a_window():
    alpha = np.zeros((200, 200), np.float32)
    cv2.circle(alpha, (100, 100), 60, (1.0,), -1)
    true = blur(alpha, 2.0)
    picture = np.float32(0.25) * true[..., None] + (1 - true[..., None]) * np.ones(3, np.float32)
    drawn_in = np.clip((true - 0.35) / 0.6, 0, 1).astype(np.float32)  # as the mask is
    own = own_colour(picture.astype(np.float32), drawn_in, 150)
    assert luminance(own)[drawn_in > 0.1].min() > 0.2


def test_no_blue_line_is_left_along_the_sleeve_of_somebody_before_a_window():
    seat = seated(2)
    away = cv2.distanceTransform((seat.alpha > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    below = np.arange(SIZE[1])[:, None] > seat.points[mesh.CHIN, 1] + 0.5 * seat.face_px
    rim = (away > 1) & (away < 0.12 * seat.face_px) & below
    before, after = (
        float(np.quantile((picture[..., 2] - picture[..., 0])[rim], 0.95)) for picture in (seat.scene, seat.person)
    )
    assert before > 0.2
    assert after < 0.13
