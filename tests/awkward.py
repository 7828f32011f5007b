"""Photos and files that a person might hand in and shouldn't: one maker each, `(folder) -> path`."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import cv2
import numpy as np

from tests.photos import pixels, save

if TYPE_CHECKING:
    from pathlib import Path


def blurred(folder: Path) -> Path:
    """The camera focused on the wall."""
    return save(folder / "blurred.jpg", cv2.GaussianBlur(pixels("president-1.jpg"), (0, 0), 5))


def dark(folder: Path) -> Path:
    """A fifth of the light."""
    return save(folder / "dark.jpg", (pixels("president-1.jpg") * 0.2).astype(np.uint8))


def bright(folder: Path) -> Path:
    """Two and a half times the light."""
    return save(folder / "bright.jpg", np.clip(pixels("president-1.jpg") * 2.5, 0, 255).astype(np.uint8))


def far_away(folder: Path) -> Path:
    """A face of 90 px."""
    return save(folder / "far-away.jpg", cv2.resize(pixels("president-1.jpg"), None, fx=0.3, fy=0.3))


def two_people(folder: Path) -> Path:
    """Two presidents side by side."""
    one, other = pixels("president-1.jpg")[:900], pixels("somebody-else.jpg")[100:1000]
    return save(folder / "two-people.jpg", np.hstack([one, other]))


def with_a_passer_by(folder: Path) -> Path:
    """One president, and another far behind him."""
    picture = pixels("president-1.jpg").copy()
    passer_by = cv2.resize(pixels("somebody-else.jpg")[100:800, 200:900], (200, 200), interpolation=cv2.INTER_AREA)
    picture[60:260, 690:890] = passer_by
    return save(folder / "passer-by.jpg", picture)


def no_face(folder: Path) -> Path:
    """A cat."""
    return save(folder / "cat.jpg", pixels("cat.png"))


def near_duplicate(folder: Path) -> Path:
    """president-1.jpg, saved again a little smaller and brighter."""
    again = cv2.resize(pixels("president-1.jpg"), None, fx=0.9, fy=0.9, interpolation=cv2.INTER_AREA)
    return save(folder / "again.jpg", cv2.convertScaleAbs(again, alpha=1.06), quality=70)


def somebody_else(folder: Path) -> Path:
    """Another person than the presidents of `photos.PRESIDENTS`."""
    return save(folder / "somebody-else.jpg", pixels("somebody-else.jpg"))


def truncated(folder: Path) -> Path:
    """A JPEG whose second half never arrived."""
    whole = save(folder / "truncated.jpg", pixels("president-1.jpg"))
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    return whole


def bomb(folder: Path) -> Path:
    """A valid PNG of 50 kB that unpacks to 400 megapixels."""
    edge = 20_000
    rows = zlib.compressobj(9)
    row = bytes(1 + edge // 8)  # one bit a pixel
    packed = b"".join([*(rows.compress(row) for _ in range(edge)), rows.flush()])
    header = struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0)
    chunks = [_chunk(b"IHDR", header), _chunk(b"IDAT", packed), _chunk(b"IEND", b"")]
    return _written(folder / "bomb.png", b"\x89PNG\r\n\x1a\n" + b"".join(chunks))


def text(folder: Path) -> Path:
    """Words under the name of a photo."""
    return _written(folder / "text.jpg", b"This is no photo at all.\n" * 40)


def drawing(folder: Path) -> Path:
    """An SVG with a script."""
    return _written(folder / "drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')


def animation(folder: Path) -> Path:
    """A GIF that is a script as well, under the name of a photo."""
    one_pixel = "474946383961 01000100 800000 000000 ffffff 2c 00000000 01000100 00 02 02 4401 00 3b"
    return _written(folder / "animation.jpg", bytes.fromhex(one_pixel) + b"/*<script>alert(1)</script>*/")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
