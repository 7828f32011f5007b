"""What an object is by the ending of its key, and whether a browser may show it."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import quote

# What a browser may show by itself. Anything else, HTML and SVG above all, is only ever saved.
SHOWN = {
    ".avif": "image/avif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".webm": "video/webm",
    ".webp": "image/webp",
}
UNKNOWN = "application/octet-stream"
UNKEPT = "private, no-store"
"""The Cache-Control of what is saved: on a borrowed computer no ZIP of oneself stays behind in a cache."""


def type_of(key: str) -> str:
    """Return the media type of an object."""
    return SHOWN.get(PurePosixPath(key).suffix, UNKNOWN)


def disposition_of(key: str, download_as: str | None) -> str:
    """Return the Content-Disposition that shows an object, or saves it under a name, in the form of RFC 6266."""
    if download_as is None and type_of(key) != UNKNOWN:
        return "inline"
    return f"attachment; filename*=UTF-8''{quote(download_as or PurePosixPath(key).name, safe='')}"
