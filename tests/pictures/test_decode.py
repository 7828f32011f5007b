"""Pictures opened: every kind comes out as plain pixels, and what is none is refused by its reason."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from portrait_app import pictures
from portrait_app.pictures.errors import BrokenPicture, NotAPicture, PictureError, TooManyPixels
from tests import awkward, photos

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENDINGS = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "avif": "image/avif", "heic": "image/heic"}


@pytest.fixture(scope="module")
def small() -> np.ndarray:
    """A photo of 240 x 300 px."""
    return cv2.resize(photos.pixels("president-1.jpg")[:1137], (240, 300), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_kind_is_opened_as_the_same_pixels(ending: str, small: np.ndarray, tmp_path: Path) -> None:
    path = photos.save(tmp_path / f"photo.{ending}", small)
    opened = pictures.open_picture(path)
    assert opened.shape == small.shape
    assert opened.dtype == np.uint8
    assert _difference(opened, small) < 6


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_kind_is_told_by_content_whatever_the_name(ending: str, small: np.ndarray, tmp_path: Path) -> None:
    content = photos.save(tmp_path / f"photo.{ending}", small).read_bytes()
    assert pictures.kind_of(content) == pictures.Kind(ENDINGS[ending], ending, 240, 300)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (awkward.text, NotAPicture),
        (awkward.drawing, NotAPicture),
        (awkward.animation, NotAPicture),
        (awkward.truncated, BrokenPicture),
        (awkward.bomb, TooManyPixels),
    ],
)
def test_what_is_no_picture_is_refused_by_its_reason(
    make: Callable[[Path], Path], error: type[PictureError], tmp_path: Path
) -> None:
    path = make(tmp_path)
    for source in (path, path.read_bytes()):
        with pytest.raises(error):
            pictures.open_picture(source)
        with pytest.raises(error):
            pictures.open_picture(source, max_edge_px=100)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", NotAPicture),
        (b"\0\0\0\x18ftypisom\0\0\0\0", NotAPicture),  # a film
        (b"RIFF\0\0\0\0WAVEfmt ", NotAPicture),
        (b"\xff\xd8\xff", BrokenPicture),
        (b"\x89PNG\r\n\x1a\n", BrokenPicture),
        (b"\0\0\0\x1cftypavif\0\0\0\0", BrokenPicture),
    ],
)
def test_a_mere_beginning_is_refused_as_what_it_begins(content: bytes, error: type[PictureError]) -> None:
    with pytest.raises(error):
        pictures.open_picture(content)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_cut_off_anywhere_is_refused_and_nothing_else_happens(
    ending: str, small: np.ndarray, tmp_path: Path
) -> None:
    content = photos.save(tmp_path / f"photo.{ending}", small).read_bytes()
    for part in (0.1, 0.5, 0.9):
        cut = content[: int(len(content) * part)]
        (tmp_path / "cut").write_bytes(cut)
        for source in (cut, tmp_path / "cut"):
            with pytest.raises(BrokenPicture):  # not: that it is no picture
                pictures.open_picture(source)


@pytest.mark.parametrize("edges", [(7800, 7800), (9500, 9500), (30_000, 20_000)])
def test_more_than_sixty_megapixels_are_refused_before_they_are_decoded(
    edges: tuple[int, int], small: np.ndarray
) -> None:
    out = io.BytesIO()
    Image.fromarray(small).save(out, "PNG")
    claiming = bytearray(out.getvalue())
    claiming[16:24] = edges[0].to_bytes(4) + edges[1].to_bytes(4)
    claiming[29:33] = zlib.crc32(claiming[12:29]).to_bytes(4)
    with pytest.raises(TooManyPixels):
        pictures.kind_of(bytes(claiming))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_its_exif_says(orientation: int, small: np.ndarray, tmp_path: Path) -> None:
    as_stored = {
        1: small,
        2: small[:, ::-1],
        3: small[::-1, ::-1],
        4: small[::-1],
        5: small.transpose(1, 0, 2),
        6: np.rot90(small),
        7: small[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(small, -1),
    }[orientation]
    exif = photos.exif_with_a_place(orientation=orientation)
    path = photos.save(tmp_path / "held.jpg", np.ascontiguousarray(as_stored), exif=exif)
    assert _difference(pictures.open_picture(path), small) < 6
    assert pictures.open_picture(path, max_edge_px=100).shape == (100, 80, 3)


@pytest.mark.parametrize("ending", ["png", "webp", "avif"])
def test_what_is_transparent_becomes_white(ending: str, small: np.ndarray, tmp_path: Path) -> None:
    opacity = np.full((300, 240), 255, np.uint8)
    opacity[:150] = 0
    opened = pictures.open_picture(photos.save(tmp_path / f"cut-out.{ending}", np.dstack([small, opacity])))
    assert opened[:140].min() >= 250
    assert _difference(opened[160:], small[160:]) < 6


@pytest.mark.parametrize("mode", ["L", "CMYK", "P", "LA", "1"])
def test_other_kinds_of_pixels_become_colours(mode: str, small: np.ndarray) -> None:
    out = io.BytesIO()
    image = Image.fromarray(small).convert(mode)
    image.save(out, "JPEG" if mode == "CMYK" else "PNG")
    opened = pictures.open_picture(out.getvalue())
    assert _difference(opened, np.asarray(image.convert("RGB"))) < 6


def test_sixteen_bits_are_scaled_not_clipped(small: np.ndarray) -> None:
    grey = small[..., 1]
    out = io.BytesIO()
    Image.fromarray(grey.astype(np.uint16) * 257).save(out, "PNG")
    assert (pictures.open_picture(out.getvalue())[..., 0] == grey).all()


def test_colours_of_another_space_are_brought_to_srgb(small: np.ndarray) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red_is_blue = srgb.replace(b"rXYZ", b"0XYZ").replace(b"bXYZ", b"rXYZ").replace(b"0XYZ", b"bXYZ")
    out = io.BytesIO()
    Image.fromarray(small).save(out, "PNG", icc_profile=red_is_blue)
    assert _difference(pictures.open_picture(out.getvalue()), small[..., ::-1]) < 1


def test_a_broken_profile_does_not_cost_the_photo(small: np.ndarray) -> None:
    out = io.BytesIO()
    Image.fromarray(small).save(out, "PNG", icc_profile=b"no profile at all")
    assert (pictures.open_picture(out.getvalue()) == small).all()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_picture_is_shrunk_to_the_edge_asked_for(ending: str, small: np.ndarray, tmp_path: Path) -> None:
    path = photos.save(tmp_path / f"photo.{ending}", small)
    opened = pictures.open_picture(path, max_edge_px=110)
    assert opened.shape == (110, 88, 3)
    assert _difference(opened, cv2.resize(small, (88, 110), interpolation=cv2.INTER_AREA)) < 6
    assert pictures.open_picture(path, max_edge_px=1000).shape == small.shape


def test_an_animation_gives_its_first_frame(small: np.ndarray) -> None:
    out = io.BytesIO()
    Image.fromarray(small).save(out, "WEBP", save_all=True, append_images=[Image.new("RGB", (240, 300))], lossless=True)
    assert (pictures.open_picture(out.getvalue()) == small).all()


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other).mean())
