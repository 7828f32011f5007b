"""Pictures written: they hold the pixels and nothing else."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image

from portrait_app import pictures
from tests import photos

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("write", [pictures.to_jpeg, pictures.to_webp, pictures.to_png])
def test_place_camera_and_profile_are_gone_from_what_is_written(
    write: Callable[[np.ndarray], bytes], tmp_path: Path
) -> None:
    path = photos.save(tmp_path / "with-a-place.jpg", photos.pixels("cat.png"), exif=photos.exif_with_a_place())
    assert b"Phone" in path.read_bytes()

    clean = write(pictures.open_picture(path))

    assert b"Phone" not in clean
    with Image.open(io.BytesIO(clean)) as written:
        assert dict(written.getexif()) == {}
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(written.info)


def test_png_keeps_every_pixel() -> None:
    cat = photos.pixels("cat.png")
    assert (pictures.open_picture(pictures.to_png(cat)) == cat).all()


def test_thumbnails_have_the_edges_asked_for_and_show_the_picture() -> None:
    photo = photos.pixels("president-3.jpg")
    made = pictures.thumbnails(photo)
    assert {edge: pictures.kind_of(content) for edge, content in made.items()} == {
        320: pictures.Kind("image/webp", "webp", 197, 320),
        640: pictures.Kind("image/webp", "webp", 394, 640),
        1280: pictures.Kind("image/webp", "webp", 787, 1280),
    }
    shrunk = cv2.resize(photo, (197, 320), interpolation=cv2.INTER_AREA)
    assert np.abs(pictures.open_picture(made[320]).astype(int) - shrunk).mean() < 6


def test_a_small_picture_is_not_blown_up() -> None:
    made = pictures.thumbnails(photos.pixels("cat.png"), (320, 640))
    assert [pictures.kind_of(made[edge]).width for edge in (320, 640)] == [320, 451]


def test_the_placeholder_is_the_mean_colour() -> None:
    half_and_half = np.zeros((10, 10, 3), np.uint8)
    half_and_half[:5] = (255, 128, 1)
    assert pictures.placeholder_colour(half_and_half) == "#804000"
