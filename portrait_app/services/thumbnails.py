"""A picture as we keep it: the original, and thumbnails beside it under names that follow from its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app import pictures

if TYPE_CHECKING:
    from portrait_app.pictures.pixels import Pixels
    from portrait_app.ports.bucket import Bucket

WIDTHS_PX = (320, 640, 1280)


@dataclass(frozen=True)
class Kept:
    """A picture ready to be put into the bucket.

    Attributes:
        original: the encoded picture.
        small: encoded WebP thumbnails by their longer edge in px.
        width, height: of the original, in px.
        colour: `#rrggbb`, to stand in its place until it arrives.
    """

    original: bytes
    small: dict[int, bytes]
    width: int
    height: int
    colour: str


def photo(pixels: Pixels, *, quality: int) -> Kept:
    """Encode a photo anew as JPEG, so that nothing but its pixels is kept."""
    return portrait(pixels, pictures.to_jpeg(pixels, quality=quality))


def portrait(pixels: Pixels, original: bytes) -> Kept:
    """Keep `original` as it is, with thumbnails made from its pixels."""
    height, width = pixels.shape[:2]
    return Kept(original, pictures.thumbnails(pixels, WIDTHS_PX), width, height, pictures.placeholder_colour(pixels))


async def keep(bucket: Bucket, key: str, kept: Kept) -> None:
    """Put the picture and its thumbnails into the bucket; the original last, so that it never stands alone."""
    for edge_px, thumbnail in kept.small.items():
        await bucket.put_bytes(small_key(key, edge_px), thumbnail)
    await bucket.put_bytes(key, kept.original)


def small_key(key: str, edge_px: int) -> str:
    """Return the name of a thumbnail of the picture `key`."""
    return f"{key.rpartition('.')[0]}-{edge_px}.webp"


def keys(key: str) -> list[str]:
    """Return the names of a picture and all its thumbnails."""
    return [key, *(small_key(key, edge_px) for edge_px in WIDTHS_PX)]
