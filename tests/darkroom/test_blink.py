"""Eyes blink in a film: they shut, no white and no streaks show, and where brows lie on them they stay open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from portrait_app.darkroom import motion, motion_blink, motion_paths
from tests.models import face_reader
from tests.photos import apart, photo, pixels, save

if TYPE_CHECKING:
    from pathlib import Path

PORTRAIT = "president-1.jpg"


def test_a_blink_shuts_the_eyes_and_opens_them_again():
    scene = motion.prepare(photo(PORTRAIT), face_reader(), 720)
    assert len(scene.lids) == 2
    view = motion.View(scene)
    opened, shut = (view.at(motion_paths.Moment(shut=share)) for share in (0.0, 1.0))
    face = face_reader().faces(opened)[0]
    assert apart(opened, shut) < 1  # nothing else moves
    for eye in (33, 133), (362, 263):
        (left, y), (right, _) = face.points[list(eye), :2]
        half = (right - left) / 5
        box = np.s_[round(y - half) : round(y + half), round(left + half) : round(right - half)]
        assert np.percentile(opened[box], 5) + 15 < np.percentile(shut[box], 5)  # no pupil is seen


def shut_eyes(folder: Path, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """A frame with open eyes, the same with shut ones, and where the openings were."""
    near = cv2.resize(pixels("astronaut.png")[:300, 60:360], None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    scene = motion.prepare(save(folder / "near.png", near), face_reader(), 720)
    assert len(scene.lids) == 2
    grain = np.random.default_rng(1).normal(0, noise, scene.pixels.shape)
    view = motion.View(replace(scene, pixels=np.clip(scene.pixels + grain, 0, 255).astype(np.uint8)))
    opened, shut = (view.at(motion_paths.Moment(shut=share)) for share in (0.0, 1.0))
    smaller = scene.size[0] / scene.pixels.shape[1]
    eyes: list[np.ndarray] = []
    for lid in scene.lids:
        x = lid.left + np.arange(lid.upper.size)
        edges = np.concatenate([np.stack([x, lid.upper], 1), np.stack([x, lid.lower], 1)[::-1]])
        eye = np.zeros(shut.shape[:2], np.uint8)
        eyes.append(cv2.fillPoly(eye, [np.round(edges * smaller).astype(np.int32)], (1,)) > 0)
    return opened, shut, eyes


def test_no_white_of_the_eye_shows_under_a_shut_lid(tmp_path: Path):
    opened, shut, eyes = shut_eyes(tmp_path)
    for eye in eyes:
        before, after = (
            int(((picture[eye].min(axis=1) > 120) & (np.ptp(picture[eye], axis=1) < 30)).sum())
            for picture in (opened, shut)
        )
        assert before > 60
        assert after < 4


def test_a_lid_that_stretches_is_drawn_without_streaks(tmp_path: Path):
    _, shut, eyes = shut_eyes(tmp_path, noise=14)
    light = cv2.cvtColor(shut, cv2.COLOR_RGB2GRAY).astype(int)
    across, down = (np.abs(np.diff(light, axis=axis, append=0)) for axis in (1, 0))
    for eye in eyes:
        lid = cv2.erode(eye.astype(np.uint8), np.ones((5, 5))) > 0
        lid[round(float(np.flatnonzero(lid.any(axis=1)).mean())) :] = False  # its lashes
        assert across[lid].mean() < 1.5 * down[lid].mean()


@pytest.mark.parametrize("seed", range(4))
def test_a_blink_is_seen_on_its_way_down_and_longer_on_its_way_up(seed: int):
    path = motion_paths.ALL["turn"].plan(4, np.random.default_rng(seed), has_person=True)
    shut = np.array([path(number / 96).shut for number in range(96)])
    deepest = int(shut.argmax())
    assert shut[deepest] > 0.9
    down, up = (((part > 0.03) & (part < 0.97)).sum() for part in (shut[:deepest], shut[deepest:]))
    assert 2 <= down < up
    assert np.abs(np.diff(shut)).max() < 0.65


def test_eyes_are_left_open_where_the_brows_lie_on_them():
    scene = motion.prepare(photo(PORTRAIT), face_reader(), 720)
    face = face_reader().faces(scene.pixels)[0]
    assert motion_blink.lids(face)
    face.points[[70, 63, 105, 66, 107, 55, 65, 52, 53, 46], 1] += 8
    assert motion_blink.lids(face) == ()
