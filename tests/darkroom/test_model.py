"""A face model is learned from photos: whose they are, which are best, and what is kept of them."""

from __future__ import annotations

import zipfile
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from portrait_app.darkroom.cancelled import Cancelled
from portrait_app.darkroom.model import FaceModel, NoFaceFound, learn
from portrait_app.darkroom.modelfile import BrokenModel
from portrait_app.faces.identity import SAME_PERSON, distance
from tests.models import face_reader
from tests.photos import PRESIDENTS, photo, pixels, save
from tests.portrait_models import STRANGER, WITH_A_STRANGER, astronaut, learned, never, president, shared

if TYPE_CHECKING:
    from pathlib import Path


def test_the_photo_of_somebody_else_is_set_aside():
    assert president().outliers == (STRANGER,)
    assert all(distance(shot.identity, president().identity) < SAME_PERSON for shot in president().shots)


def test_the_backlit_photo_is_ranked_last_and_kept():
    assert [shot.number for shot in president().shots] == [0, 1, 2]
    assert president().shots[2].quality < president().shots[0].quality / 2


@pytest.fixture(scope="module")
def training() -> tuple[FaceModel, list[tuple[int, int, str]]]:
    """The president's model learned anew, and what was told meanwhile."""
    news: list[tuple[int, int, str]] = []
    return learned(*WITH_A_STRANGER, on_progress=lambda *one: news.append(one)), news


@pytest.fixture(scope="module")
def told(training: tuple[FaceModel, list[tuple[int, int, str]]]) -> list[tuple[int, int, str]]:
    """What is told while a face is learned from four photos, one of them of somebody else."""
    return training[1]


@pytest.fixture(scope="module")
def fresh(training: tuple[FaceModel, list[tuple[int, int, str]]]) -> FaceModel:
    """A model that has never been in a file."""
    return training[0]


def test_the_same_photos_give_the_same_file(fresh: FaceModel, tmp_path: Path):
    fresh.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == shared(*WITH_A_STRANGER).read_bytes()


def test_progress_never_goes_back_and_ends_at_its_total(told: list[tuple[int, int, str]]):
    done = [news[0] for news in told]
    assert done == sorted(done)
    assert {news[1] for news in told} == {told[-1][0]}
    assert [*dict.fromkeys(news[2] for news in told)] == [
        "reading photos",
        "learning shape",
        "learning texture",
        "refining",
        "keeping the best",
    ]


def test_each_photo_is_told_of_when_read_and_twice_when_kept(told: list[tuple[int, int, str]]):
    count = Counter(phase for _, _, phase in told)
    begun, rest = 1, 1  # the phase itself is told of, and the share of photos that there are not
    assert count["reading photos"] == begun + len(WITH_A_STRANGER)
    assert count["keeping the best"] == begun + 2 * len(PRESIDENTS) + rest


def test_a_training_stops_soon_after_it_is_cancelled():
    told: list[int] = []
    with pytest.raises(Cancelled):
        learn(
            [photo(name) for name in PRESIDENTS],
            reader=face_reader(),
            seed=1,
            steps=5,
            on_progress=lambda done, *_: told.append(done),
            is_cancelled=lambda: len(told) >= 2,
        )
    assert len(told) == 2  # which photo is done second depends on the cores


def test_photos_without_a_face_are_said_to_be_so():
    with pytest.raises(NoFaceFound, match="None of the photos"):
        learned("cat.png")


def test_a_broken_file_is_an_outlier_and_not_the_end():
    photos = [photo("president-1.jpg"), photo("president-2.jpg").read_bytes()[:5000], photo("cat.png")]
    model = learn(photos, reader=face_reader(), seed=1, steps=3, on_progress=lambda *_: None, is_cancelled=never)
    assert model.outliers == (1, 2)


def test_the_shape_looks_straight_ahead_and_its_modes_are_at_right_angles():
    shape = president().shape
    modes = shape.modes.reshape(len(shape.modes), -1)
    assert abs(shape.mean[454, 2] - shape.mean[234, 2]) < 1e-4
    assert np.allclose(modes @ modes.T, np.eye(len(modes)), atol=1e-4)


def test_a_model_comes_back_from_its_file_as_it_went_in(fresh: FaceModel, tmp_path: Path):
    fresh.save(tmp_path / "model")
    loaded = FaceModel.load(tmp_path / "model")
    assert loaded.outliers == fresh.outliers
    assert np.array_equal(loaded.identity, fresh.identity)
    for before, after in zip(fresh.shots, loaded.shots, strict=True):
        assert np.array_equal(before.alpha, after.alpha)
        assert np.abs(before.pixels.astype(int) - after.pixels).mean() < 2
    assert np.abs(loaded.texture.modes - fresh.texture.modes).max() < 1e-2


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.98])
def test_a_model_file_cut_short_is_said_to_be_damaged(tmp_path: Path, keep: float):
    astronaut().save(tmp_path / "model")
    content = (tmp_path / "model").read_bytes()
    (tmp_path / "model").write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(BrokenModel, match="damaged"):
        FaceModel.load(tmp_path / "model")


def test_a_model_of_another_version_is_not_guessed_at(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "model", "w") as archive:
        archive.writestr("model.json", '{"format": "portrait-face-model", "version": 99}')
    with pytest.raises(BrokenModel, match="another version"):
        FaceModel.load(tmp_path / "model")


def test_a_photo_that_lies_on_its_side_is_put_upright(tmp_path: Path):
    lying = save(tmp_path / "lying.jpg", np.rot90(pixels("president-1.jpg")))
    model = learn([lying], reader=face_reader(), seed=1, steps=3, on_progress=lambda *_: None, is_cancelled=never)
    points = model.shots[0].points
    assert points[152, 1] - points[10, 1] > 5 * abs(points[152, 0] - points[10, 0])
