"""Tells what kind of picture some bytes are by their content, before a pixel is decoded."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pillow_heif
from PIL import Image, UnidentifiedImageError

from portrait_app.pictures.errors import BrokenPicture, NotAPicture, PictureError, TooManyPixels

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

MAX_BYTES = 25 * 1024 * 1024
"""The largest file that is accepted; whoever receives it checks, before it is in memory."""

MAX_PIXELS = 60_000_000
"""The largest picture that is decoded: 180 MB of pixels."""

MAX_PIXELS_OF = {"HEIF": 51_000_000, "WEBP": 25_000_000, "AVIF": 25_000_000}
"""Less where the decoder itself takes up to 16 bytes a pixel. Telephones make HEIC of 8192 x 6144 pixels, and
none of the others in such a size."""

Image.init()  # or Pillow would not know AVIF yet
pillow_heif.register_heif_opener()  # pyright: ignore[reportUnknownMemberType]  # teaches Pillow one more format


@dataclass(frozen=True)
class Kind:
    """What a file holds: its media type, the ending its name should have, and its stored size in px."""

    mime: str
    extension: str
    width: int
    height: int


# Pillow's name of a format: media type, extension.
_KINDS = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
    "AVIF": ("image/avif", "avif"),
    "HEIF": ("image/heic", "heic"),
}


# What files of these kinds begin with; a box of AVIF and HEIC says its length first. Brands: ISO 23000-22 and 23008-12.
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_LONGEST_BEGINNING = 12


def kind_of(source: bytes | Path) -> Kind:
    """Look at a picture's header.

    Raises:
        NotAPicture, TooManyPixels, BrokenPicture.
    """
    with guarded(source) as image:
        # Phones write several pictures into one JPEG, which Pillow then calls MPO.
        name = "JPEG" if image.format == "MPO" else image.format or ""
        return Kind(*_KINDS[name], *image.size)


@contextmanager
def guarded(source: bytes | Path) -> Generator[Image.Image]:
    """Open a picture of an allowed kind and size; whatever goes wrong while it is read becomes a PictureError."""
    try:
        with _header(source) as image:
            yield image
    except (PictureError, MemoryError):
        raise
    except Exception as error:  # decoders fail on damaged bytes in every way there is
        raise BrokenPicture from error


def _begins_like_one(source: bytes | Path) -> bool:
    """Whether a file that can't be opened begins as our kinds do: one that was cut short is no stranger."""
    if isinstance(source, bytes):
        begins = source[:_LONGEST_BEGINNING]
    else:
        with source.open("rb") as file:
            begins = file.read(_LONGEST_BEGINNING)
    is_webp = begins.startswith(b"RIFF") and begins.endswith(b"WEBP")
    is_box = begins[4:8] == b"ftyp" and begins.endswith(_BRANDS)
    return begins.startswith(_BEGINNINGS) or is_webp or is_box


def _header(source: bytes | Path) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=list(_KINDS))
    except UnidentifiedImageError as error:
        raise (BrokenPicture if _begins_like_one(source) else NotAPicture) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels(MAX_PIXELS) from error
    most = min(MAX_PIXELS, MAX_PIXELS_OF.get(image.format or "", MAX_PIXELS))
    if image.width * image.height > most:
        image.close()
        raise TooManyPixels(most)
    return image
