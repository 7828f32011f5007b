"""Face models for the tests of training and of styles, each learned once in a run."""

from __future__ import annotations

from functools import cache

from portrait_app.darkroom.model import FaceModel, learn
from tests.models import face_reader
from tests.photos import PRESIDENTS, photo

STRANGER = 3
"""Where the photo of somebody else lies among the president's."""


def never() -> bool:
    """Nobody asks to stop."""
    return False


def learned(*names: str, seed: int = 7, steps: int = 6) -> FaceModel:
    """A face model of these photos."""
    photos = [photo(name) for name in names]
    return learn(photos, reader=face_reader(), seed=seed, steps=steps, on_progress=lambda *_: None, is_cancelled=never)


@cache
def president() -> FaceModel:
    """Three photos of one person, from easy to strongly backlit, and one of somebody else."""
    return learned(*PRESIDENTS, "somebody-else.jpg")


@cache
def astronaut() -> FaceModel:
    """One small photo: 512 px."""
    return learned("astronaut.png")
