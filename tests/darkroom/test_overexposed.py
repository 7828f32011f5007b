"""A selfie that the camera took too bright: its skin is neither yellow nor white in a portrait, and not flat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from portrait_app.darkroom import framing, mend, mesh, overexposed, sitter
from portrait_app.darkroom.burnt import parts
from portrait_app.darkroom.planes import blur, luminance, to_linear
from tests.portrait_models import astronaut, president

if TYPE_CHECKING:
    from portrait_app.darkroom.shot import Shot

PEOPLE = {"president": president, "astronaut": astronaut}
TOO_BRIGHT = [("president", 1.3), ("president", 1.6), ("astronaut", 1.3)]


def taken(shot: Shot, light: float) -> mend.Lit:
    """The person of a photo, taken with so many times the light."""
    pixels = np.clip(shot.pixels.astype(np.float32) / 255 * light, 0, 1)
    return mend.Lit(pixels, shot.alpha.astype(np.float32) / 255, shot.points, pixels, np.ones(shot.alpha.shape))


def hue(picture: np.ndarray, core: np.ndarray) -> np.ndarray:
    linear = to_linear(picture[core])
    return np.median(linear / linear[:, 1:2], axis=0)


@pytest.mark.parametrize(("who", "light"), TOO_BRIGHT)
def test_skin_gets_its_own_hue_back_and_nothing_of_it_is_white(who: str, light: float):
    shot = PEOPLE[who]().shots[0]
    lit = taken(shot, light)
    core = parts(lit)[2]
    after = overexposed.recovered(lit)
    assert (lit.person.max(axis=2) > 0.98)[core].mean() > 0.4
    assert (after.max(axis=2) > 0.98)[core].mean() < 0.08
    full = core & (lit.person[..., :2].min(axis=2) > 0.97)  # red and green
    true, cut, back = (hue(picture, full) for picture in (taken(shot, 1.0).person, lit.person, after))
    assert np.abs(cut / true - 1).max() > 0.25
    assert np.abs(back / true - 1).max() < 0.2


@pytest.mark.parametrize(("who", "light"), TOO_BRIGHT)
def test_the_form_of_the_face_comes_back(who: str, light: float):
    shot = PEOPLE[who]().shots[0]
    lit = taken(shot, light)
    core = parts(lit)[2]

    def form(picture: np.ndarray) -> np.ndarray:
        return blur(luminance(picture), lit.face_px * 0.02)[core]

    true, cut, back = (form(picture) for picture in (taken(shot, 1.0).person, lit.person, overexposed.recovered(lit)))
    assert np.corrcoef(true, back)[0, 1] > 0.85
    assert np.quantile(back, 0.95) < np.quantile(cut, 0.95) - 0.02
    assert np.ptp(np.quantile(back, (0.1, 0.95))) > 0.8 * np.ptp(np.quantile(cut, (0.1, 0.95)))


@pytest.mark.parametrize("who", PEOPLE)
def test_a_photo_with_the_right_light_is_left_as_it_is(who: str):
    lit = taken(PEOPLE[who]().shots[0], 1.0)
    assert overexposed.recovered(lit) is lit.person


def test_a_white_shirt_stays_white():
    lit = taken(president().shots[0], 1.5)
    chin = lit.points[mesh.CHIN]
    below = np.arange(len(lit.alpha))[:, None] > chin[1] + 0.15 * lit.face_px
    shirt = (lit.person.min(axis=2) > 0.97) & (lit.alpha > 0.95) & below
    assert shirt.sum() > 2000
    assert overexposed.recovered(lit)[shirt].min() > 0.9


def test_whoever_is_seated_is_seated_so():
    model = president()
    shot = model.shots[0]
    bright = type(shot)(
        np.clip(shot.pixels.astype(np.float32) * 1.5, 0, 255).astype(np.uint8),
        shot.alpha,
        shot.points,
        shot.identity,
        shot.quality,
        shot.number,
    )
    place = framing.compose(bright, 512, 512, lean=0.0)
    seat = sitter.seat(bright, mesh.triangles(model.shape.mean), place, 512, 512)
    skin = seat.skin > 0.9
    assert (seat.scene.max(axis=2) > 0.98)[skin].mean() > 0.5
    assert (seat.person.max(axis=2) > 0.98)[skin].mean() < 0.08


def test_no_dots_are_left_on_a_cheek_that_was_white():
    lit = taken(astronaut().shots[0], 1.6)
    core = cv2.erode(parts(lit)[2].astype(np.uint8), np.ones((5, 5))) > 0

    def dots(picture: np.ndarray) -> int:
        light = luminance(picture)
        return int(((cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((3, 3))) - light > 0.05) & core).sum())

    assert dots(lit.person) > 40
    assert dots(overexposed.recovered(lit)) < 0.5 * dots(lit.person)
