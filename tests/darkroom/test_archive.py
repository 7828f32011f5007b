"""A zip of photos is opened without trusting it."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from portrait_app.darkroom import archive
from portrait_app.darkroom.archive import UnusableArchive, open_photos
from portrait_app.darkroom.catalogue import trainer_schema
from portrait_app.darkroom.offers import OFFERS, TRAINER
from portrait_app.pictures import to_jpeg, to_png

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Zipped = Callable[..., Path]

PICTURE = to_jpeg(np.zeros((64, 64, 3), np.uint8))


@pytest.fixture
def zipped(tmp_path: Path) -> Zipped:
    def make(entries: dict[str, bytes], *, level: int | None = None) -> Path:
        path = tmp_path / "photos.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as out:
            for name, content in entries.items():
                out.writestr(name, content)
        return path

    return make


def test_pictures_are_told_by_their_content_and_the_rest_is_passed_over(zipped: Zipped) -> None:
    other = to_png(np.zeros((8, 8, 3), np.uint8))
    entries = {"a.txt": PICTURE, "notes.jpg": b"no picture", "__MACOSX/._a.jpg": b"\0\5\x16\7", "../../b": other}
    with open_photos(zipped(entries)) as photos:
        assert list(photos) == [PICTURE, other]


def test_as_many_photos_are_taken_as_the_trainer_says_and_no_more(zipped: Zipped) -> None:
    inputs = trainer_schema()["components"]["schemas"]["TrainingInput"]["properties"]
    (said,) = re.findall(r"(\d+) the most", inputs["input_images"]["description"])
    assert f"{said} the most" in OFFERS[TRAINER].readme
    most = {f"{number}.jpg": PICTURE for number in range(int(said))}
    with open_photos(zipped(most)) as photos:
        assert len(photos) == int(said)
    more = most | {"one-more.jpg": PICTURE}
    with pytest.raises(UnusableArchive, match=f"{said} is the most"), open_photos(zipped(more)):
        pass


def test_a_zip_without_pictures_is_refused(zipped: Zipped) -> None:
    with pytest.raises(UnusableArchive, match="holds no pictures"), open_photos(zipped({"a.txt": b"hello"})):
        pass


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + bytes(3), b"PK\x03\x04" + bytes(60)])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "photos.zip").write_bytes(content)
    with pytest.raises(UnusableArchive, match="no zip"), open_photos(tmp_path / "photos.zip"):
        pass


def test_a_bomb_is_refused_before_it_is_unpacked(zipped: Zipped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNZIPPED_BYTES", 1024 * 1024)
    bomb = {f"{number}.jpg": bytes(600 * 1024) for number in range(2)}
    with pytest.raises(UnusableArchive, match="when unpacked"), open_photos(zipped(bomb, level=9)):
        pass


def test_too_many_files_are_refused(zipped: Zipped) -> None:
    many = {f"{number}.jpg": b"" for number in range(archive.MAX_ENTRIES + 1)}
    with pytest.raises(UnusableArchive, match="201 files; 200 is the most"), open_photos(zipped(many)):
        pass


def test_a_picture_of_too_many_pixels_is_refused(zipped: Zipped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portrait_app.pictures.kind.MAX_PIXELS", 64 * 64 - 1)
    with pytest.raises(UnusableArchive, match="can't be used"), open_photos(zipped({"a.jpg": PICTURE})):
        pass


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as out:
        out.writestr("a.jpg", PICTURE)
    locked = bytearray(plain.getvalue())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + flags] |= 1
    (tmp_path / "photos.zip").write_bytes(locked)
    with pytest.raises(UnusableArchive, match="use a plain zip"), open_photos(tmp_path / "photos.zip"):
        pass
