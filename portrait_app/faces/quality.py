"""Judges selfies: what is seen in one, what is wrong with it, and which don't fit the others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.faces.fingerprint import bits_apart, fingerprint
from portrait_app.faces.identity import SAME_PERSON, aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from portrait_app.faces.face import Face
    from portrait_app.faces.reader import FaceReader
    from portrait_app.pictures.pixels import Pixels

COMPANION = 0.5
"""A second face counts from this fraction of the main one's height: an arm's length behind it, not a passer-by."""


# Measured on 5 portraits from published packages (face 290-360 px), each blurred, darkened and brightened in 16 ways.

SMALLEST_FACE_PX = 150
"""Hairline to chin. In a portrait of 1024 px a face is some 420 px tall: below this it is enlarged three-fold."""

LEAST_SHARPNESS = 2.5
"""Sharp photos measure 7-16; out of focus by 1 % of the face's height 0.8-1.3, with heavy noise 1.2-2.0; moved by 6 %
of it 1.3-3.6."""

DARKEST = 0.15
"""Of the skin's mean luminance: well-lit faces measure 0.36-0.56 here, a quarter of the light 0.09-0.14. Kept low, so
that dark skin in good light is not called dark."""

BRIGHTEST, MOST_BURNT_OUT = 0.85, 0.3
"""With 1.6 times the light 0.58-0.82 and at most 0.18 burnt out, which still shows all features; with three times the
light 0.88-0.96 and 0.40-0.83."""

EYES_CLOSED = 0.12
"""Open eyes measure 0.19-0.32 here, narrowed by a laugh included; a shut eye is below 0.1 (Soukupova and Cech 2016)."""

NEAR_DUPLICATE_BITS = 10
"""Of 64: a copy saved again differs by 4 at most, a crop by about 12, another photo by about 34."""


class Hint(StrEnum):
    """One thing to say about a selfie. A person may overrule any but `NO_FACE`."""

    NO_FACE = "no_face"
    SEVERAL_PEOPLE = "several_people"
    SOMEBODY_ELSE = "somebody_else"
    FACE_TOO_SMALL = "face_too_small"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    NEAR_DUPLICATE = "near_duplicate"
    EYES_CLOSED = "eyes_closed"


@dataclass(frozen=True)
class Examination:
    """What is seen in one selfie, in plain data that JSON can hold. Without a face all but `fingerprint` is empty.

    people: faces that count, see `COMPANION`. identity: the main face's 128 numbers. face_px: its height, from
    hairline to chin. face_fraction: that over the photo's height. sharpness: see `_sharpness`. brightness: the
    skin's mean luminance, 0..1. burnt_out: the fraction of it without any drawing left. yaw, pitch, roll,
    eye_openness, mouth_openness: as in `face`.
    """

    fingerprint: str
    people: int = 0
    identity: list[float] | None = None
    face_px: float = 0.0
    face_fraction: float = 0.0
    sharpness: float = 0.0
    brightness: float = 0.0
    burnt_out: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    eye_openness: float = 0.0
    mouth_openness: float = 0.0


def examine(photo: Pixels, reader: FaceReader) -> Examination:
    """Look at one selfie (about 0.15 s)."""
    found = reader.faces(photo)
    if not found:
        return Examination(fingerprint(photo))
    face = main_face(found, photo)
    chip = aligned(photo, face, _CHIP_PX)
    skin = cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY)[_inner_face()]
    yaw, pitch, roll = (round(angle, 1) for angle in face.pose)
    return Examination(
        fingerprint=fingerprint(photo),
        people=sum(other.height >= COMPANION * face.height for other in found),
        identity=[round(float(number), 5) for number in reader.identity(photo, face)],
        face_px=round(face.height, 1),
        face_fraction=round(face.height / photo.shape[0], 3),
        sharpness=round(_sharpness(chip), 2),
        brightness=round(float(skin.mean()) / 255, 3),
        burnt_out=round(float((skin >= _BURNT_OUT).mean()), 3),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        eye_openness=round(face.eye_openness, 3),
        mouth_openness=round(face.mouth_openness, 3),
    )


def main_face(faces: Sequence[Face], photo: Pixels) -> Face:
    """Choose whose photo it is: the largest face, and of faces about as large the one nearest to the middle."""
    middle = np.array(photo.shape[1::-1]) / 2

    def prominence(face: Face) -> float:
        off_centre = float(np.linalg.norm(np.array(face.box.centre) - middle) / np.linalg.norm(middle))
        return face.height * (1 - 0.5 * min(off_centre, 1))

    return max(faces, key=prominence)


def hints(seen: Examination) -> tuple[Hint, ...]:
    """Say what is wrong with a photo by itself, the gravest first."""
    if not seen.people:
        return (Hint.NO_FACE,)
    doubts = {
        Hint.SEVERAL_PEOPLE: seen.people > 1,
        Hint.FACE_TOO_SMALL: seen.face_px < SMALLEST_FACE_PX,
        Hint.BLURRED: seen.sharpness < LEAST_SHARPNESS,
        Hint.TOO_DARK: seen.brightness < DARKEST,
        Hint.TOO_BRIGHT: seen.brightness > BRIGHTEST or seen.burnt_out > MOST_BURNT_OUT,
        Hint.EYES_CLOSED: seen.eye_openness < EYES_CLOSED,
    }
    return tuple(hint for hint, is_so in doubts.items() if is_so)


def near_duplicates(fingerprints: Sequence[str]) -> set[int]:
    """Find the photos (by their number in the sequence) that nearly repeat an earlier one."""
    return {
        number
        for number, own in enumerate(fingerprints)
        if any(bits_apart(own, earlier) <= NEAR_DUPLICATE_BITS for earlier in fingerprints[:number])
    }


def outliers(identities: Sequence[Sequence[float] | None]) -> set[int]:
    """Find the photos (by number) that show somebody else than most do; those without a face are passed over.

    Nobody is called a stranger unless more photos agree on somebody else: of two that differ, either could be right.
    """
    numbers = [number for number, identity in enumerate(identities) if identity is not None]
    if not numbers:
        return set()
    known = np.array([identities[number] for number in numbers], np.float32)
    is_same = np.linalg.norm(known[:, None] - known, axis=2) < SAME_PERSON
    majority = is_same[is_same.sum(axis=1).argmax()]
    centre = known[majority].mean(axis=0)
    is_stranger = ~majority & (np.linalg.norm(known - centre, axis=1) >= SAME_PERSON)
    largest_other = is_same[is_stranger][:, is_stranger].sum(axis=1).max(initial=0)
    if majority.sum() <= largest_other:
        return set()
    return {numbers[index] for index in np.flatnonzero(is_stranger)}


_CHIP_PX = 256
_BURNT_OUT = 250
_EVEN_BRIGHTNESS = 110


def _inner_face() -> NDArray[np.bool_]:
    """The part of the aligned face that is skin whatever the hair: an ellipse from brows to mouth."""
    inside = np.zeros((_CHIP_PX, _CHIP_PX), np.uint8)
    half = _CHIP_PX // 2
    cv2.ellipse(inside, (half, half), (round(_CHIP_PX * 0.27), round(_CHIP_PX * 0.33)), 0, 0, 360, 1, -1)
    return inside.astype(bool)


def _sharpness(chip: Pixels) -> float:
    """Variance of the Laplacian of the upright face at 256 px.

    The exposure is evened first, or a dark photo would pass for a blurred one; grain is smoothed away, or a blurred
    one in bad light would pass for sharp.
    """
    grey = cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY).astype(np.float32)
    even = np.clip(grey * (_EVEN_BRIGHTNESS / max(8.0, float(grey.mean()))), 0, 255)
    return float(cv2.Laplacian(cv2.GaussianBlur(even, (0, 0), 1), cv2.CV_32F).var())
