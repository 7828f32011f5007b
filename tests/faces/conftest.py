"""One reader and one set of selfies for all tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app import pictures
from portrait_app.faces.quality import Examination, examine
from tests import photos
from tests.models import face_reader

if TYPE_CHECKING:
    from portrait_app.faces.reader import FaceReader


@pytest.fixture(scope="session")
def reader() -> FaceReader:
    return face_reader()


@pytest.fixture(scope="session")
def twelve(reader: FaceReader, tmp_path_factory: pytest.TempPathFactory) -> list[Examination]:
    """Twelve selfies of one person, examined."""
    paths = photos.twelve_selfies(tmp_path_factory.mktemp("twelve"), megapixels=1)
    return [examine(pictures.open_picture(path), reader) for path in paths]
