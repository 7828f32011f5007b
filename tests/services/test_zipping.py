"""What a training's zip holds."""

from __future__ import annotations

import io
import zipfile

from portrait_app.services.zipping import zipped

PHOTOS = [("people/ada/one.webp", b"first"), ("two.jpg", b"second")]


def contents(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {each.compress_type for each in archive.infolist()} == {zipfile.ZIP_STORED}
        return {name: archive.read(name) for name in archive.namelist()}


def test_photos_are_numbered_and_bear_nobodys_file_names() -> None:
    assert contents(zipped(PHOTOS)) == {"01.webp": b"first", "02.jpg": b"second"}


def test_beside_each_photo_lies_its_caption() -> None:
    assert contents(zipped(PHOTOS, caption="a photo of TOK")) == {
        "01.webp": b"first",
        "01.txt": b"a photo of TOK",
        "02.jpg": b"second",
        "02.txt": b"a photo of TOK",
    }
