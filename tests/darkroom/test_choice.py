"""Which photo becomes a portrait: whole heads before cut ones, and many different ones before the same again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import framing, studio
from tests.models import face_reader
from tests.portrait_models import never, president

if TYPE_CHECKING:
    from portrait_app.darkroom.model import FaceModel
    from portrait_app.darkroom.shot import Shot

QUALITIES = (0.9, 0.7, 0.5, 0.35, 0.3, 0.25, 0.22)


def cut(shot: Shot, *, above: float = 0, left: float = 0) -> Shot:
    """The same photo, cut so many px into the crown, or so far across the forehead (a share of its width)."""
    extent = framing.Extent.of(shot)
    temple = shot.points[:, 0].min() + left * np.ptp(shot.points[:, 0])
    x, y = round(temple) if left else 0, round(extent.hair + above) if above else 0
    pixels, alpha = np.ascontiguousarray(shot.pixels[y:, x:]), np.ascontiguousarray(shot.alpha[y:, x:])
    return replace(shot, pixels=pixels, alpha=alpha, points=(shot.points - np.array([x, y, 0])).astype(np.float32))


def model_of(*shots: Shot):
    """The president's model with only these photos, numbered in their order."""
    return replace(president(), shots=tuple(replace(shot, number=number) for number, shot in enumerate(shots)))


def taken(model: FaceModel, portraits: int = 8, first: int = 40) -> list[int]:
    """The photos' numbers that an order of portraits uses: its seeds are neighbours."""
    return [studio.choose(model, first + number)[0].number for number in range(portraits)]


def test_a_photo_that_cuts_the_crown_waits_until_there_is_no_other():
    whole = president().shots[0]
    crown_cut = replace(cut(whole, above=25), quality=1.0)
    assert set(taken(model_of(crown_cut, replace(whole, quality=0.5)))) == {1}
    assert set(taken(model_of(crown_cut))) == {0}


def test_a_photo_that_cuts_the_hair_at_the_side_waits_as_well():
    whole = president().shots[0]
    side_cut = replace(cut(whole, left=0.1), quality=1.0)
    assert framing.Extent.of(side_cut).is_cut_beside
    assert not framing.Extent.of(whole).is_cut_beside
    assert set(taken(model_of(side_cut, replace(whole, quality=0.5)))) == {1}


def test_eight_portraits_of_seven_fair_photos_show_at_least_five_of_them():
    model = model_of(*(replace(president().shots[0], quality=quality) for quality in QUALITIES))
    for first in range(9):
        assert len(set(taken(model, first=first))) >= 5
        assert set(taken(model, first=first)) >= {0, 1, 2}


def test_eight_good_photos_are_all_used_once():
    model = model_of(*[president().shots[0]] * 8)
    assert set(Counter(taken(model)).values()) == {1}


def test_a_bad_photo_does_not_join_for_variety():
    model = model_of(*(replace(president().shots[0], quality=quality) for quality in (0.9, 0.5, 0.1)))
    assert set(taken(model)) == {0, 1}


def test_a_photo_that_comes_again_is_framed_anew():
    model = model_of(president().shots[0])
    faces = [
        face_reader().faces(
            studio.render(
                model, "silver", width=320, height=400, seed=seed, reader=face_reader(), is_cancelled=never
            ).pixels
        )[0]
        for seed in range(3)
    ]
    heights = sorted(face.height for face in faces)
    assert heights[1] > 1.05 * heights[0]
    assert heights[2] > 1.05 * heights[1]
