"""Portraits are for people: the right size, the right person, and no cut, no halo, no floating bust."""

from __future__ import annotations

import colorsys
import itertools
from functools import cache

import cv2
import numpy as np
import pytest

from portrait_app.darkroom import framing, mesh, sitter, studio, styles
from portrait_app.darkroom.cancelled import Cancelled
from portrait_app.darkroom.catalogue import ASPECT_RATIOS
from portrait_app.darkroom.model import FaceModel
from portrait_app.darkroom.styles import pop
from portrait_app.faces.identity import SAME_PERSON
from tests.models import face_reader
from tests.portrait_models import astronaut, never, president

SIZES = list(ASPECT_RATIOS.values())
THIRD = 3  # the ratios are tried at a third of their size, to be quick
PEOPLE = {"president": president, "astronaut": astronaut}
SHOTS = [("president", 0), ("president", 1), ("president", 2), ("astronaut", 0)]


def render(style: str, *, seed: int = 0, size: tuple[int, int] = (384, 480), model: FaceModel | None = None):
    return studio.render(
        model or president(),
        style,
        width=size[0],
        height=size[1],
        seed=seed,
        reader=face_reader(),
        is_cancelled=never,
    )


@cache
def seated(who: str, shot: int, size: tuple[int, int], lean: float = 0.4) -> sitter.Sitter:
    model = PEOPLE[who]()
    place = framing.compose(model.shots[shot], *size, lean=lean)
    return sitter.seat(model.shots[shot], mesh.triangles(model.shape.mean), place, *size)


@pytest.mark.parametrize(("number", "style"), list(enumerate(styles.ALL)))
def test_every_style_fills_its_frame_to_the_pixel(number: int, style: str):
    for width, height in SIZES[number % 3 :: 3]:
        size = width // THIRD, height // THIRD
        portrait = render(style, size=size, seed=number)
        assert portrait.pixels.shape == (size[1], size[0], 3)
        assert portrait.pixels.dtype == np.uint8
        assert portrait.pixels.std() > 20


@pytest.mark.parametrize("style", styles.ALL)
def test_the_same_seed_gives_the_same_picture_and_another_seed_another(style: str):
    first, again, other = (render(style, seed=seed, size=(256, 320)) for seed in (3, 3, 4))
    assert np.array_equal(first.pixels, again.pixels)
    assert np.abs(first.pixels.astype(int) - other.pixels).mean() > 3


@pytest.mark.parametrize("style", [name for name, style in styles.ALL.items() if style.is_photographic])
@pytest.mark.parametrize("who", PEOPLE)
def test_a_photographic_style_keeps_the_likeness(style: str, who: str):
    assert render(style, model=PEOPLE[who](), size=(512, 512)).likeness < SAME_PERSON


def test_neighbouring_seeds_take_different_photos_and_never_a_bad_one():
    taken = [studio.choose(president(), seed)[0].number for seed in range(6)]
    assert len(set(taken)) == 2
    assert 2 not in taken  # strongly backlit


def test_a_bad_photo_is_used_when_it_is_all_there_is():
    model = president()
    only = FaceModel(model.identity, model.shape, model.texture, model.tone, model.shots[2:], (), 0)
    assert render("studio", model=only).photo == 2


@pytest.mark.parametrize(("who", "shot"), SHOTS)
@pytest.mark.parametrize("size", SIZES)
def test_no_bust_floats(who: str, shot: int, size: tuple[int, int]):
    small = size[0] // THIRD, size[1] // THIRD
    seat = seated(who, shot, small)
    x, y = mesh.centre(seat.points)
    below = seat.alpha[-1, round(x - seat.face_px * 0.2) : round(x + seat.face_px * 0.2)]
    assert below.min() > 0.9
    assert y - seat.face_px * 0.45 > 0
    assert y + seat.face_px * 0.5 < small[1]
    assert 0.25 < x / small[0] < 0.75


@pytest.mark.parametrize(("who", "shot"), SHOTS)
@pytest.mark.parametrize("size", [(1344, 768), (1536, 640), (1024, 1024)])
def test_no_shoulder_ends_in_a_straight_cut(who: str, shot: int, size: tuple[int, int]):
    seat = seated(who, shot, (size[0] // 2, size[1] // 2))
    step = np.abs(np.diff(seat.alpha, axis=1)) > 0.5
    heights = [
        max((len(list(run)) for is_step, run in itertools.groupby(column) if is_step), default=0) for column in step.T
    ]
    assert max(heights) < 0.3 * seat.face_px


@pytest.mark.parametrize(("who", "shot"), SHOTS)
def test_no_halo_shines_around_the_person(who: str, shot: int):
    model = PEOPLE[who]()
    alone = FaceModel(model.identity, model.shape, model.texture, model.tone, (model.shots[shot],), (), 0)
    grey = cv2.cvtColor(render("studio", model=alone, size=(512, 512)).pixels, cv2.COLOR_RGB2GRAY).astype(float)
    place = framing.compose(model.shots[shot], 512, 512, lean=float(np.random.default_rng(0).uniform(-1, 1)))
    alpha = sitter.seat(model.shots[shot], mesh.triangles(model.shape.mean), place, 512, 512).alpha
    away = cv2.distanceTransform((alpha < 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    ring, beyond = (away > 0.5) & (away < 4), (away > 12) & (away < 20)
    assert grey[ring].mean() < grey[beyond].mean() + 12


def test_a_portrait_stops_when_it_is_cancelled():
    with pytest.raises(Cancelled):
        studio.render(
            president(), "studio", width=256, height=256, seed=0, reader=face_reader(), is_cancelled=lambda: True
        )


@pytest.mark.parametrize(("who", "shot"), SHOTS)
def test_pop_is_printed_in_flat_inks_without_blotches(who: str, shot: int):
    model = PEOPLE[who]()
    alone = FaceModel(model.identity, model.shape, model.texture, model.tone, (model.shots[shot],), (), 0)
    print_ = render("pop", model=alone, size=(768, 768)).pixels
    inks = np.array([ink for panel in pop.INKS for ink in panel]) * 255
    between = np.all([cv2.inRange(print_, np.ceil(ink - 12), np.floor(ink + 12)) == 0 for ink in inks], axis=0)
    assert between.mean() < 0.08  # edges alone
    assert cv2.erode(between.astype(np.uint8), np.ones((7, 7))).sum() < 1200


@pytest.mark.parametrize("seed", [0, 1, 3, 5])
def test_neon_lights_the_cheeks_in_two_colours(seed: int):
    portrait = render("neon", seed=seed, size=(320, 400))
    points = face_reader().faces(portrait.pixels)[0].points
    inside = mesh.fill(points, mesh.OVAL, portrait.pixels.shape[:2]) > 0.9
    middle = round(float(mesh.centre(points)[0]))
    cheeks = (np.s_[:, : middle - 10], np.s_[:, middle + 10 :])
    hues = [colorsys.rgb_to_hsv(*(portrait.pixels[side][inside[side]].mean(axis=0) / 255))[0] for side in cheeks]
    apart = abs(hues[0] - hues[1])
    assert min(apart, 1 - apart) > 0.25


def test_the_styles_of_a_first_set_come_nearer_and_keep_away():
    shot = president().shots[0]
    faces = [
        mesh.height(shot.points) * framing.compose(shot, 448, 544, lean=0.0, closeness=style.closeness).scale
        for style in styles.ALL.values()
    ]
    assert max(faces) > 1.2 * min(faces)
