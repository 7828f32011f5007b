"""Learns a face model: who the person is, how their face is shaped, how it looks, and their best photos."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import foreground, mesh, modelfile, shape, texture
from portrait_app.darkroom.matting import cut_out
from portrait_app.darkroom.reading import Reading, read, upright
from portrait_app.darkroom.shot import Shot
from portrait_app.darkroom.tally import Tally
from portrait_app.faces.face import Face
from portrait_app.faces.identity import SAME_PERSON, distance
from portrait_app.pictures.decode import open_picture
from portrait_app.pictures.errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from portrait_app.darkroom.planes import Floats
    from portrait_app.darkroom.shape import Shape
    from portrait_app.darkroom.texture import Texture
    from portrait_app.faces.reader import FaceReader
    from portrait_app.pictures.pixels import Pixels

    Progress = Callable[[int, int, str], None]

MOST_KEPT = 8
AT_ONCE = 2  # photos: decoding runs on one core, and more would fill the memory
MOST_TEXTURES = 16  # more add memory and time, and nothing to see
MOST_ROUNDS = 24  # the texture stands still long before
FEW_ROUNDS = 2  # so few photos that every texel is explained at once: the second round finds nothing to do
# What each step takes, in the least one's time, so that the bar runs evenly and the time left is true. Measured on
# twelve photos of 12 megapixels, two at a time on two busy cores: 0.31 s to read one, 0.034 its texture, 0.109 a round
# with all; of a photo that is kept 0.30 to outline the person and 0.43 to cut them out. Each is told of by itself:
# nobody waits a second for news.
READ, TEXTURE, ROUND_PER_FACE, OUTLINE, CUT_OUT = 34, 4, 1, 33, 47
KEEP = OUTLINE + CUT_OUT
_KEPT_FACE_PX = 440  # a face is never drawn larger than this at 1024 px
_KEPT_AROUND = (2.5, 1.6, 2.5, 2.9)  # photo kept left of, above, right of, below the face's centre, in face heights


class NoFaceFound(Exception):  # reads as what happened
    """None of the photos shows a face."""


@dataclass(frozen=True, eq=False)
class FaceModel:
    """All that is needed to make portraits of one person.

    Args: identity: (128,), the person's centre. shape, texture: the morphable face. tone: the mean brightness of
        their skin, 0..1. shots: their best photos, best first. outliers: numbers of the photos that show somebody
        else or nobody. seed: as given to `learn`.
    """

    identity: Floats
    shape: Shape
    texture: Texture
    tone: float
    shots: tuple[Shot, ...]
    outliers: tuple[int, ...]
    seed: int

    def save(self, path: Path) -> None:
        """Write the model as one file; all of it or nothing."""
        modelfile.save(self, path)

    @classmethod
    def load(cls, path: Path) -> FaceModel:
        """Read a model.

        Raises: modelfile.BrokenModel: the file is damaged, or of another version.
        """
        return modelfile.load(path)


def learn(
    photos: Sequence[Path | bytes],
    *,
    reader: FaceReader,
    seed: int,
    steps: int,
    on_progress: Progress,
    is_cancelled: Callable[[], bool],
) -> FaceModel:
    """Learn a face model from photos of one person; the same photos and seed give the same model.

    Args: photos: files or their bytes, 1 or more, of any kind `pictures` opens. steps: at most how many rounds the
        texture is refined; more than 24 are not used. on_progress: told (done, in all, phase) after each photo, each
        texture, each round of refinement, and twice for each photo kept.
    Raises: NoFaceFound: no photo shows a face. Cancelled: `is_cancelled` became true.
    """
    rounds = min(steps, _most_rounds(len(photos)))
    tally = Tally(_work_in(len(photos), rounds), on_progress, is_cancelled)
    readings = _read_all(photos, reader, tally)
    identity, own = _the_person(readings)
    tally.say("learning shape")
    form = shape.learn([reading.face.points for reading in own])
    ranked = _rank(own)
    look = _learn_texture(form, [reading for _, reading in ranked[:MOST_TEXTURES]], len(photos), rounds, tally)
    tone = _tone([reading for _, reading in ranked[:MOST_KEPT]])
    shots = _keep(photos, ranked[:MOST_KEPT], reader, tally)
    outliers = sorted(set(range(len(photos))) - {reading.number for reading in own})
    return FaceModel(identity, form, look, tone, shots, tuple(outliers), seed)


def _most_rounds(photos: int) -> int:
    return MOST_ROUNDS if min(photos, MOST_TEXTURES) > texture.MOST_MODES + 1 else FEW_ROUNDS


def _work_in(photos: int, rounds: int) -> int:
    """How much there is to do, in the least step's time."""
    kept, faces = min(photos, MOST_KEPT), min(photos, MOST_TEXTURES)
    return photos * (READ + TEXTURE) + rounds * faces * ROUND_PER_FACE + kept * KEEP


def _read_all(photos: Sequence[Path | bytes], reader: FaceReader, tally: Tally) -> list[Reading]:
    tally.say("reading photos")

    def read_one(number: int) -> list[Reading]:
        found: list[Reading] = []
        with contextlib.suppress(PictureError):  # a broken file is an outlier, not the end of the training
            found = read(photos[number], number, reader)
        tally.step(READ)
        return found

    with ThreadPoolExecutor(AT_ONCE) as pool:
        readings = [reading for found in pool.map(read_one, range(len(photos))) for reading in found]
    if not readings:
        raise NoFaceFound("None of the photos shows a face.")
    return readings


def _the_person(readings: list[Reading]) -> tuple[Floats, list[Reading]]:
    """Whose photos these are: the face that most others resemble; and that person's face in each of their photos.

    By identity and not by size: the largest face in a photo may be a friend's.
    """
    identities = np.stack([reading.identity for reading in readings])
    apart = np.linalg.norm(identities[:, None] - identities[None], axis=2)
    middle = int(np.argmin(np.median(apart, axis=1)))
    centre = identities[apart[middle] < SAME_PERSON].mean(axis=0)
    nearest: dict[int, tuple[float, Reading]] = {}
    for reading in readings:
        away = distance(reading.identity, centre)
        if away < SAME_PERSON and away < nearest.get(reading.number, (SAME_PERSON, reading))[0]:
            nearest[reading.number] = (away, reading)
    own = [reading for _, reading in nearest.values()] or [readings[middle]]
    return np.mean([reading.identity for reading in own], axis=0).astype(np.float32), own


def _learn_texture(form: Shape, best: list[Reading], photos: int, rounds: int, tally: Tally) -> Texture:
    easel = texture.Easel(form)
    faces: list[NDArray[np.uint8]] = []
    tally.say("learning texture")
    for reading in best:
        points = reading.face.points - np.array([*reading.corner, 0], np.float32)
        faces.append(easel.unwarp(reading.close_up, points))
        tally.step(TEXTURE)
    tally.step(TEXTURE, photos - len(best))
    tally.say("refining")
    weights = [float(np.sqrt(np.clip(reading.sharpness, 2, 200))) for reading in best]
    a_round = min(photos, MOST_TEXTURES) * ROUND_PER_FACE
    return texture.refine(easel, faces, weights, rounds, lambda done: tally.step(a_round, done))


def _rank(own: list[Reading]) -> list[tuple[float, Reading]]:
    """Best first, with their quality."""
    openness = float(np.median([reading.face.eye_openness for reading in own]))
    judged = [(reading.quality(openness), reading) for reading in own]
    return sorted(judged, key=lambda pair: (-pair[0], pair[1].number))


def _tone(best: list[Reading]) -> float:
    """How bright the person's skin is in photos that are neither dark nor backlit."""
    fair = [reading.brightness for reading in best if 0.15 < reading.brightness < 0.8 and reading.backlight < 0.3]  # noqa: PLR2004 -- this is what fair light means
    return float(np.median(fair or [reading.brightness for reading in best]))


def _keep(
    photos: Sequence[Path | bytes], ranked: list[tuple[float, Reading]], reader: FaceReader, tally: Tally
) -> tuple[Shot, ...]:
    tally.say("keeping the best")

    def keep_one(judged: tuple[float, Reading]) -> Shot:
        quality, reading = judged
        return _shoot(photos[reading.number], quality, reading, reader, tally)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        shots = tuple(pool.map(keep_one, ranked))
    tally.step(KEEP, min(len(photos), MOST_KEPT) - len(ranked))
    return shots


def _shoot(photo: Path | bytes, quality: float, reading: Reading, reader: FaceReader, tally: Tally) -> Shot:
    cut, face = _cut_to_person(photo, reading)
    outline = reader.person_outline(cut, face)
    tally.step(OUTLINE)
    alpha = cut_out(cut, face, outline)
    end = foreground.first_row(cut, alpha, face.points)
    first, last = foreground.sides(cut[:end], alpha[:end], face.points)
    mask = np.round(alpha[:end, first:last] * 255).astype(np.uint8)
    points = (face.points - np.array([first, 0, 0], np.float32)).astype(np.float32)
    tally.step(CUT_OUT)
    pixels = np.ascontiguousarray(cut[:end, first:last])
    return Shot(pixels, mask, points, reading.identity, quality, reading.number)


def _cut_to_person(photo: Path | bytes, reading: Reading) -> tuple[Pixels, Face]:
    """Read the photo again as large as portraits need it, and cut it to the person."""
    larger = min(1.0, _KEPT_FACE_PX / reading.face_px)
    pixels = upright(open_picture(photo, max_edge_px=max(64, round(reading.full_px * larger))), reading.turns)
    scale = max(pixels.shape[:2]) / reading.look_px
    points = reading.face.points * scale
    (x, y), face_px = mesh.centre(points), mesh.height(points)
    left, above, right, below = (reach * face_px for reach in _KEPT_AROUND)
    x0, y0 = max(0, round(x - left)), max(0, round(y - above))
    cut = np.ascontiguousarray(pixels[y0 : round(y + below), x0 : round(x + right)])
    moved = (points - np.array([x0, y0, 0], np.float32)).astype(np.float32)
    return cut, Face(moved, reading.face.score)
