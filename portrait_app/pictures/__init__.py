"""Bytes to pixels under guard, and pixels to clean bytes."""

from __future__ import annotations

from portrait_app.pictures.decode import open_picture
from portrait_app.pictures.encode import placeholder_colour, thumbnails, to_jpeg, to_png, to_webp
from portrait_app.pictures.kind import MAX_BYTES, MAX_PIXELS, Kind, kind_of

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "Kind",
    "kind_of",
    "open_picture",
    "placeholder_colour",
    "thumbnails",
    "to_jpeg",
    "to_png",
    "to_webp",
]
