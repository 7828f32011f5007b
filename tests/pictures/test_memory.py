"""Pictures meant to fill the memory: a file of some bytes may unpack to very much, and is opened within bounds."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image

from portrait_app import pictures
from portrait_app.pictures.decode import LARGE_PX
from portrait_app.pictures.errors import TooManyPixels
from portrait_app.pictures.kind import MAX_PIXELS, MAX_PIXELS_OF

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_MB = 560  # above what the process takes anyway
PROC = Path("/proc/self/status")
HALF_SEEN = (120, 90, 60, 100)
# Opens a file as often as it is told, side by side, and says how much more memory that took at the most.
PROGRAM = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from portrait_app import pictures

def peak_mb():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) >> 10

content, before = Path(sys.argv[1]).read_bytes(), peak_mb()
with ThreadPoolExecutor(4) as lanes:
    opened = [lanes.submit(pictures.open_picture, content, max_edge_px=3072) for _ in range(int(sys.argv[2]))]
assert {max(each.result().shape) for each in opened} == {3072}
print(peak_mb() - before)
"""


def png_of_16_bits(path: Path) -> Path:
    """Write a PNG with alpha, as large as is taken: 470 kB that hold 480 MB."""
    edge = int(MAX_PIXELS**0.5)
    packed, row = zlib.compressobj(9), bytes(1 + 8 * edge)
    rows = b"".join(packed.compress(row) for _ in range(edge)) + packed.flush()
    header = struct.pack(">IIBBBBB", edge, edge, 16, 6, 0, 0, 0)
    chunks = [_chunk(b"IHDR", header), _chunk(b"IDAT", rows), _chunk(b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    return path


def webp(path: Path) -> Path:
    """Write a WebP with alpha, as large as is taken: 70 kB."""
    edge = int(MAX_PIXELS_OF["WEBP"] ** 0.5)
    Image.new("RGBA", (edge, edge), HALF_SEEN).save(path, "WEBP", quality=1, method=0)
    return path


def avif(path: Path) -> Path:
    """Write an AVIF with alpha and whole colours, as large as is taken: 2 kB."""
    edge = int(MAX_PIXELS_OF["AVIF"] ** 0.5)
    Image.new("RGBA", (edge, edge), HALF_SEEN).save(path, "AVIF", quality=10, speed=10, subsampling="4:4:4")
    return path


@pytest.mark.skipif(not PROC.exists(), reason="only Linux says how much memory a process took at the most")
@pytest.mark.parametrize(("make", "times"), [(png_of_16_bits, 3), (webp, 1), (avif, 1)])
def test_the_largest_pictures_that_are_taken_fill_no_more_memory_than_one_of_them_needs(
    make: Callable[[Path], Path], times: int, tmp_path: Path
) -> None:
    path = make(tmp_path / "large")
    assert path.stat().st_size < 500_000
    told = [sys.executable, "-c", PROGRAM, str(path), str(times)]
    said = subprocess.run(told, check=True, capture_output=True, text=True, timeout=120)
    assert int(said.stdout) < MOST_MB


@pytest.mark.parametrize("kind", MAX_PIXELS_OF)
def test_where_the_decoder_takes_more_a_picture_may_be_less(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MAX_PIXELS_OF, kind, 64 * 64 - 1)
    written = io.BytesIO()
    Image.new("RGB", (64, 64)).save(written, kind)
    with pytest.raises(TooManyPixels):
        pictures.open_picture(written.getvalue())


def test_the_largest_heic_that_a_telephone_makes_is_taken() -> None:
    written = io.BytesIO()
    Image.new("RGB", (64, 64)).save(written, "HEIF")
    claiming = bytearray(written.getvalue())
    size = claiming.index(b"ispe") + 8
    claiming[size : size + 8] = struct.pack(">II", 8192, 6144)
    assert pictures.kind_of(bytes(claiming)).width == 8192


def test_one_that_is_too_large_is_refused_in_words_that_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    Image.new("RGB", (64, 64)).save(written, "WEBP")
    monkeypatch.setitem(MAX_PIXELS_OF, "WEBP", 1)
    with pytest.raises(TooManyPixels, match=r"Please add a smaller copy of it\."):
        pictures.open_picture(written.getvalue())


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "I;16", "P"])
def test_a_large_picture_is_opened_as_the_same_pixels_as_a_small_one(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portrait_app.pictures.decode._BAND_PX", 4000)
    waves = cv2.resize(np.random.default_rng(3).random((31, 21, 4)), (201, 300), interpolation=cv2.INTER_CUBIC)
    rgba = Image.fromarray((waves.clip(0, 1) * 255).astype(np.uint8))
    grey = Image.fromarray((waves[..., 0].clip(0, 1) * 65535).astype(np.uint16))
    picture = grey if mode == "I;16" else rgba.convert(mode)
    written = io.BytesIO()
    picture.save(written, "PNG")
    as_it_is, shrunken = (pictures.open_picture(written.getvalue(), max_edge_px=edge) for edge in (None, 100))
    monkeypatch.setattr("portrait_app.pictures.decode.LARGE_PX", 1000)
    assert LARGE_PX > 300 * 201
    large, large_shrunken = (pictures.open_picture(written.getvalue(), max_edge_px=edge) for edge in (None, 100))
    assert (large == as_it_is).all()
    assert large_shrunken.shape == shrunken.shape
    assert np.abs(large_shrunken.astype(int) - shrunken).mean() < 3


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
