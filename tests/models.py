"""The model files for everybody's tests, fetched once into this clone's `var/models`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from portrait_app.faces import weights
from portrait_app.faces.reader import FaceReader

FOLDER = Path(__file__).parent.parent / "var" / "models"


@cache
def models() -> Path:
    """The folder that holds them all, checked."""
    weights.fetch(FOLDER, say=print)
    return FOLDER


@cache
def face_reader() -> FaceReader:
    """One reader for the whole run of tests."""
    return FaceReader(models())
