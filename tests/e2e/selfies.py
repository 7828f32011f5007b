"""The photos that the story hands in, and what may be left in those that are kept."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from tests import awkward, photos

if TYPE_CHECKING:
    from pathlib import Path

GOOD = ("01.jpg", "02.jpg", "03.jpg", "04.jpg", "05.jpg", "06.jpg", "08.jpg", "12.heic")


def nothing_tells_where_a_photo_was_taken(folder: Path, *, count: int) -> None:
    """Each picture that is kept, in its four sizes, says nothing but its pixels."""
    kept = [path.read_bytes() for path in (folder / "bucket" / "u").rglob("*") if path.is_file()]
    assert len(kept) == 4 * count
    for picture in kept:
        with Image.open(io.BytesIO(picture)) as opened:
            assert not opened.getexif()
            assert not {"exif", "xmp", "comment"} & opened.info.keys()


def selfies_in(folder: Path) -> list[Path]:
    """Eight good photos of one person, and four that need a word."""
    folder.mkdir()
    taken = {path.name.removeprefix("selfie-"): path for path in photos.twelve_selfies(folder, megapixels=2)}
    good = [taken[name].rename(folder / name) for name in GOOD]
    return [*good, *(make(folder) for make in (awkward.no_face, awkward.blurred, awkward.somebody_else, awkward.text))]
