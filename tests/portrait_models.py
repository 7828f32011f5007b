"""Face models for the tests of training and of styles, each learned once in a run, by whichever worker comes first."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from portrait_app.darkroom.model import FaceModel, learn
from tests.models import face_reader
from tests.once import alone
from tests.photos import PRESIDENTS, photo

if TYPE_CHECKING:
    from collections.abc import Callable

STRANGER = 3
"""Where the photo of somebody else lies among the president's."""
WITH_A_STRANGER = (*PRESIDENTS, "somebody-else.jpg")


class Shelf:
    """The folder in which the workers of a run share their face models; `tests/darkroom/conftest.py` says which."""

    folder: Path | None = None

    @classmethod
    def file(cls, name: str) -> Path:
        """Where a model lies, or will."""
        cls.folder = cls.folder or Path(mkdtemp(prefix="face-models-"))
        return cls.folder / f"{name}.face"


def never() -> bool:
    """Nobody asks to stop."""
    return False


def learned(
    *names: str, seed: int = 7, steps: int = 6, on_progress: Callable[[int, int, str], None] = lambda *_: None
) -> FaceModel:
    """A face model of these photos, learned here and now."""
    photos = [photo(name) for name in names]
    return learn(photos, reader=face_reader(), seed=seed, steps=steps, on_progress=on_progress, is_cancelled=never)


def shared(*names: str) -> Path:
    """The file of a face model of these photos; learned by somebody in this run."""
    file = Shelf.file(Path(names[0]).stem)
    with alone(file.with_suffix(".lock")):
        if not file.exists():
            learned(*names).save(file)
    return file


@cache
def president() -> FaceModel:
    """Three photos of one person, from easy to strongly backlit, and one of somebody else; as a portrait has it."""
    return FaceModel.load(shared(*WITH_A_STRANGER))


@cache
def astronaut() -> FaceModel:
    """One small photo: 512 px; likewise."""
    return FaceModel.load(shared("astronaut.png"))
