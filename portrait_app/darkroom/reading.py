"""Reads one photo of a training: whose face it shows, and how good a portrait it promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh
from portrait_app.darkroom.planes import luminance
from portrait_app.faces.identity import aligned
from portrait_app.pictures.decode import open_picture
from portrait_app.pictures.kind import kind_of

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.darkroom.planes import Floats
    from portrait_app.faces.face import Face
    from portrait_app.faces.reader import FaceReader
    from portrait_app.pictures.pixels import Pixels

_LOOK_PX = 1600  # enough to find and judge a face; the photo itself is read again when it is kept
_CHIP_PX = 256


@dataclass(frozen=True, eq=False)
class Reading:
    """One face in one photo.

    Args: number: of the photo, from 0. full_px: the photo's longer side. turns: see `upright`. look_px: the longer side
        at which it was read. face: in px of that. close_up: the photo around the face; the rest is forgotten, or
        thirty photos would fill the memory. corner: where the close-up lies, x and y. sharpness: variance of the
        Laplacian of the upright face, 256 px wide, its exposure evened. brightness: of the skin, 0..1. backlight: how
        much brighter than the face its surroundings are, 0..1. room: how many face heights of photo there are left
        of, above, right of and below the face's centre.
    """

    number: int
    full_px: int
    turns: int
    look_px: int
    face: Face
    close_up: Pixels
    corner: tuple[int, int]
    identity: Floats
    sharpness: float
    brightness: float
    backlight: float
    room: tuple[float, float, float, float]

    @property
    def face_px(self) -> float:
        """How tall the face is in the photo at its full size, px."""
        return self.face.height * self.full_px / self.look_px

    def quality(self, usual_openness: float) -> float:
        """How good a portrait this photo promises, 0..1: a product, because each flaw alone can spoil it.

        Args: usual_openness: this person's median eye opening: small eyes are not shut eyes.
        """
        pose = self.face.pose
        left, above, right, below = self.room
        return float(
            _falls(4, 60, self.sharpness) ** 0.8
            * _falls(60, 330, self.face_px) ** 0.7
            * np.exp(-((pose.yaw / 32) ** 2) - (pose.pitch / 28) ** 2 - (pose.roll / 30) ** 2)
            * _falls(0.06, 0.25, self.brightness)
            * (1 - _falls(0.72, 0.95, self.brightness) * 0.8)
            * (1 - 0.75 * _falls(0.15, 0.5, self.backlight))
            * (1 - 0.7 * _falls(0.85, 0.5, self.face.eye_openness / max(usual_openness, 0.05)))
            * (1 - 0.45 * _falls(0.3, 0.7, self.face.mouth_openness))
            * (0.4 + 0.6 * _falls(0.7, 1.3, below) * _falls(0.6, 0.95, above) * _falls(0.6, 1.0, min(left, right)))
        )


def read(photo: Path | bytes, number: int, reader: FaceReader) -> list[Reading]:
    """Find and judge every face in a photo, after turning it upright; an empty list when there is none.

    Raises: PictureError: the file is no picture that can be opened.
    """
    look, turns = open_picture(photo, max_edge_px=_LOOK_PX), 0
    faces = reader.faces(look)
    if faces and (turns := round(faces[0].pose.roll / 90) % 4):
        look = upright(look, turns)
        faces = reader.faces(look)
    kind = kind_of(photo)
    return [_judge(look, (max(kind.width, kind.height), turns), number, face, reader) for face in faces]


def upright(photo: Pixels, turns: int) -> Pixels:
    """Turn a photo that was stored lying, by so many quarters to the left."""
    return np.ascontiguousarray(np.rot90(photo, turns))


def _judge(look: Pixels, stored: tuple[int, int], number: int, face: Face, reader: FaceReader) -> Reading:
    chip = aligned(look, face, _CHIP_PX)
    grey = cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY).astype(np.float32)
    even = np.clip(grey * (110 / max(8.0, float(grey.mean()))), 0, 255)
    skin = mesh.fill(face.points, mesh.OVAL, look.shape[:2]) > 0.5  # noqa: PLR2004 -- inside
    tones = luminance(look[skin].astype(np.float32) / 255)
    brightness = float(tones.mean()) if tones.size else 0.0
    height, width = look.shape[:2]
    face_px = max(1.0, face.height)
    x, y = mesh.centre(face.points)
    (left, top), (right, bottom) = _around(face, look.shape)
    return Reading(
        number,
        *stored,
        max(look.shape[:2]),
        face,
        look[top:bottom, left:right].copy(),
        (left, top),
        reader.identity(look, face),
        float(cv2.Laplacian(even, cv2.CV_32F).var()),
        brightness,
        max(0.0, _surroundings(look, face) - brightness),
        (x / face_px, y / face_px, (width - x) / face_px, (height - y) / face_px),
    )


def _around(face: Face, shape: tuple[int, ...]) -> tuple[tuple[int, int], tuple[int, int]]:
    """A box around the face with some px to spare, inside the photo: (left, top), (right, bottom)."""
    limit = np.array(shape[1::-1])
    low = np.clip(face.points[:, :2].min(axis=0) - 8, 0, limit - 1).astype(int)
    high = np.clip(face.points[:, :2].max(axis=0) + 8, low + 1, limit).astype(int)
    return (int(low[0]), int(low[1])), (int(high[0]), int(high[1]))


def _surroundings(look: Pixels, face: Face) -> float:
    """How bright it is around the upper head: the median of the brighter half of a ring beyond the hair."""
    points = face.points[:, :2]
    middle = points.mean(axis=0)
    ring = np.concatenate([(points[list(mesh.OVAL)] - middle) * reach + middle for reach in (1.5, 1.65, 1.8)])
    ring = ring[ring[:, 1] < middle[1] + 0.3 * face.height].round().astype(int)
    inside = ((ring >= 0) & (ring < np.array(look.shape[1::-1]))).all(axis=1)
    if not inside.any():
        return 0.0
    x, y = ring[inside].T
    return float(np.quantile(luminance(look[y, x].astype(np.float32) / 255), 0.75))


def _falls(low: float, high: float, value: float) -> float:
    """0 at `low`, 1 at `high`, straight between."""
    return float(np.clip((value - low) / (high - low), 0, 1))
