"""Opens pictures from anywhere as plain upright sRGB pixels."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image, ImageCms

from portrait_app.pictures.kind import guarded
from portrait_app.pictures.shrink import shrunken

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.pictures.pixels import Pixels

LARGE_PX = 16_000_000
"""Pixels of a picture that is opened by itself: however many come at once, memory holds one of them."""
_BAND_PX = 4_000_000
# One thread and no lock: each thread has a heap of its own, and keeps much of what it once took.
_one_large = ThreadPoolExecutor(1, "large-picture")

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  # Pillow leaves it untyped
_TURNS = {  # EXIF orientation: what puts the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_picture(source: bytes | Path, *, max_edge_px: int | None = None) -> Pixels:
    """Decode a picture: its first frame, turned as its EXIF says, on white where it is transparent, in sRGB.

    Args:
        source: the file or its content, of any kind in `kind`.
        max_edge_px: shrink until the longer side is at most this; a JPEG is then decoded small to begin with.

    Raises:
        NotAPicture: its content is of no kind we take.
        TooManyPixels: it is larger than its kind may be (`kind.MAX_PIXELS`), known before any pixel is decoded.
        BrokenPicture: it is damaged or incomplete.
    """
    with guarded(source) as opened:
        if opened.width * opened.height > LARGE_PX:
            return _one_large.submit(_opened, opened, max_edge_px).result()
        return _opened(opened, max_edge_px)


def _opened(opened: Image.Image, max_edge_px: int | None) -> Pixels:
    # Read before anything is derived from it: what Pillow derives forgets them. Of a PNG this reads all its pixels.
    turn = _TURNS.get(opened.getexif().get(ExifTags.Base.Orientation, 1))
    profile = opened.info.get("icc_profile")
    image = _decoded(opened, max_edge_px)
    if max_edge_px and max(image.size) > max_edge_px:
        image = Image.fromarray(shrunken(np.asarray(image), max_edge_px), image.mode)
    image = _in_srgb(image, profile)
    return np.array(image.transpose(turn) if turn is not None else image, np.uint8)


def _decoded(image: Image.Image, max_edge_px: int | None) -> Image.Image:
    """Decode to RGB, L or CMYK of 8 bits; as small as the decoder itself can, but not below the edge."""
    if max_edge_px and max(image.size) > max_edge_px:
        scale = max_edge_px / max(image.size)
        image.draft(None, (round(image.width * scale), round(image.height * scale)))
    image.load()
    if image.width * image.height <= LARGE_PX:
        return _plain(image)
    return _in_bands(image, max(1, max(image.size) // max_edge_px) if max_edge_px else 1)


def _plain(image: Image.Image) -> Image.Image:
    """Bring pixels to RGB, L or CMYK of 8 bits, on white where they are transparent."""
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow's own conversion would clip, not scale
        return Image.fromarray((np.asarray(image, np.uint32) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("RGB")
    return image if image.mode in {"RGB", "L", "CMYK"} else image.convert("RGB")


def _in_bands(image: Image.Image, times: int) -> Image.Image:
    """Do the same to a large picture some rows at a time, making it this many times smaller: no copy is made."""
    rows = times * max(1, _BAND_PX // image.width // times)
    bands: list[Pixels] = []
    mode = ""
    for top in range(0, image.height, rows):
        band = _plain(image.crop((0, top, image.width, min(top + rows, image.height))))
        bands.append(np.asarray(band.reduce(times)))
        mode = band.mode
    image.close()
    return Image.fromarray(np.concatenate(bands), mode)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Bring the colours from the camera's space (Display P3, Adobe RGB, a press's CMYK) to what screens expect."""
    if profile:
        try:
            converted = ImageCms.profileToProfile(image, io.BytesIO(profile), _SRGB, outputMode="RGB")
        except ImageCms.PyCMSError:  # a profile that is broken, or for another kind of pixels: as if there were none
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")
