"""Sets a portrait in motion: a head that turns a little, breath, a blink, a slow camera; and round again."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import motion_blink, motion_fields, motion_paths
from portrait_app.darkroom.cancelled import check
from portrait_app.darkroom.motion_film import Film
from portrait_app.pictures.decode import open_picture
from portrait_app.pictures.errors import PictureError
from portrait_app.pictures.kind import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from portrait_app.darkroom.motion_fields import Fields
    from portrait_app.darkroom.motion_paths import Moment
    from portrait_app.darkroom.planes import Floats
    from portrait_app.faces.face import Face
    from portrait_app.faces.reader import FaceReader
    from portrait_app.pictures.pixels import Pixels

FPS = 24
SHORT_EDGE_PX = 720
LEAST_EDGE_PX = 96
_LONG_EDGE_PX = 1600
_FINER = 1.25  # the picture is kept this much larger than the film, so that moving it blurs nothing
_SMALLEST_FACE = 0.12  # of the frame's shorter side: a smaller one turns without anybody seeing it
_RIVAL = 0.5  # a second face of this part of the first one's height: it is a group, or four panels of pop art

_ROUNDS = 3  # the fields say where a spot goes, a frame asks where it came from: each round is ten times nearer


class Unmovable(Exception):  # reads as what happened
    """The picture can't be made a film; the message says why."""


@dataclass(frozen=True)
class Scene:
    """A picture ready to move.

    Args: pixels: up to `_FINER` times the size of the film. size: (width, height) of the film, px. fields: how each
        spot moves, None without a face. lids: the eyelids, in px of `pixels`; none where they would not look right.
    """

    pixels: Pixels
    size: tuple[int, int]
    fields: Fields | None
    lids: tuple[motion_blink.Lid, ...]


def film(
    picture: Path,
    save_as: Path,
    *,
    reader: FaceReader,
    motion: str,
    seconds: int,
    seed: int,
    short_edge_px: int = SHORT_EDGE_PX,
    on_progress: Callable[[int, int, str], None],
    is_cancelled: Callable[[], bool],
) -> None:
    """Make an MP4 of a picture that ends where it begins; the same arguments give the same file on the same machine.

    Without a face, or with several, the camera moves alone.

    Args: motion: a name in `motion_paths.ALL`. short_edge_px: of the film; a smaller picture keeps its own size.
        on_progress: told (frames done, in all, what is done).
    Raises: Unmovable: it can't be read, or is too small. Cancelled. KeyError: no such motion.
    """
    frames = seconds * FPS
    on_progress(0, frames, "looking at the picture")
    scene = prepare(picture, reader, short_edge_px)
    check(is_cancelled)
    on_progress(0, frames, "filming" if scene.fields else "no single face found; the camera moves alone")
    path = motion_paths.ALL[motion].plan(seconds, np.random.default_rng(seed), has_person=scene.fields is not None)
    view = View(scene)
    with Film(save_as, scene.size, Fraction(FPS), frames) as reel:
        for number in range(frames):
            check(is_cancelled)
            reel.add(view.at(path(number / frames)))
            on_progress(number + 1, frames, "filming" if scene.fields else "filming the camera's move")


def prepare(picture: Path, reader: FaceReader, short_edge_px: int) -> Scene:
    """Read a picture, find its face and work out how it can move.

    Raises: Unmovable.
    """
    pixels, size = _open(picture, short_edge_px)
    face = _only_face(reader.faces(pixels), min(pixels.shape[:2]))
    if face is None:
        return Scene(pixels, size, None, ())
    outline = reader.person_outline(pixels, face)
    larger = pixels.shape[1] / size[0]
    fields = motion_fields.of(face.points, outline, size, 1 / larger)
    return Scene(pixels, size, fields, motion_blink.lids(face))


class View:
    """Draws frames of one scene, each by a single smooth warp: where nothing is cut out, no edge can show."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        width, height = scene.size
        self._grid = motion_fields.grid_of(scene.size)
        columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        self._still = np.dstack([columns, rows])
        self._larger = scene.pixels.shape[1] / width

    def at(self, moment: Moment) -> Pixels:
        """The frame of one moment, RGB uint8."""
        shift = cv2.resize(self._shift(moment), self._scene.size, interpolation=cv2.INTER_CUBIC)
        place = (np.asarray(self._still + shift, np.float32) + 0.5) * np.float32(self._larger) - 0.5
        pixels = self._blinking(moment.shut)
        frame = cv2.remap(pixels, place[..., 0], place[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        return np.asarray(frame, np.uint8)

    def _blinking(self, shut: float) -> Pixels:
        """The picture with its eyes `shut` (0..1)."""
        if not shut or not self._scene.lids:
            return self._scene.pixels
        pixels = self._scene.pixels.copy()
        for lid in self._scene.lids:
            lid.close(pixels, shut)
        return pixels

    def _shift(self, moment: Moment) -> Floats:
        """From where in the picture each spot of the coarse grid takes its colour, relative to itself; film px."""
        fields, grid = self._scene.fields, self._grid
        middle = np.array(fields.centre if fields else self._scene.size, np.float32) / (1 if fields else 2)
        seen = middle + (grid - middle) / np.float32(moment.zoom)
        if fields is None:
            return (seen - grid).astype(np.float32)
        forward = fields.moved(moment)
        came = seen
        for _ in range(_ROUNDS):
            came = seen - motion_fields.sampled(forward, came, self._scene.size)
        return (came - grid).astype(np.float32)


def _open(picture: Path, short_edge_px: int) -> tuple[Pixels, tuple[int, int]]:
    try:
        kind = kind_of(picture)
        short, long = sorted((kind.width, kind.height))
        if short < LEAST_EDGE_PX:
            raise Unmovable(f"The picture is too small: its shorter side has {short} px, {LEAST_EDGE_PX} are needed.")
        scale = min(1.0, short_edge_px / short, _LONG_EDGE_PX / long)
        pixels = open_picture(picture, max_edge_px=round(long * min(1.0, scale * _FINER)))
    except PictureError as error:
        raise Unmovable(f"The picture could not be read: {error}") from error
    finer = min(pixels.shape[:2]) / (short * scale)
    width, height = (max(2, 2 * round(edge / finer / 2)) for edge in pixels.shape[1::-1])
    return pixels, (width, height)


def _only_face(faces: list[Face], short_edge_px: int) -> Face | None:
    if not faces or faces[0].height < _SMALLEST_FACE * short_edge_px:
        return None
    if len(faces) > 1 and faces[1].height > _RIVAL * faces[0].height:
        return None
    return faces[0]
