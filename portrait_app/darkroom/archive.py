"""Opens the zip of a training's photos without trusting it: nothing is unpacked, and no name in it is believed."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, overload

from portrait_app.pictures import MAX_BYTES, kind_of
from portrait_app.pictures.errors import NotAPicture, PictureError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

MAX_ENTRIES = 200
MAX_PHOTOS = 60
MAX_UNZIPPED_BYTES = 500 * 1024 * 1024


class UnusableArchive(Exception):
    """The zip can't be trained on; the message says why in words for the client."""


class Photos(Sequence[bytes]):
    """The pictures in an open zip, each read when it is asked for, so that one at a time is in memory."""

    def __init__(self, archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> None:
        self._archive = archive
        self._entries = entries

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Photos: ...
    def __getitem__(self, index: int | slice) -> bytes | Photos:
        if isinstance(index, slice):
            return Photos(self._archive, self._entries[index])
        # zipfile gives no more than the entry's own claim of its size, which was checked.
        return self._archive.read(self._entries[index])

    def __len__(self) -> int:
        return len(self._entries)


@contextmanager
def open_photos(path: Path) -> Generator[Photos]:
    """Open a zip and find its pictures, by their content; everything else in it is passed over.

    Raises: UnusableArchive: it is no zip, is damaged or locked, holds too much, a bad picture, or none.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = [entry for entry in _files(archive) if _is_picture(archive, entry)]
            if not found:
                raise UnusableArchive("input_images holds no pictures.")
            if len(found) > MAX_PHOTOS:
                raise UnusableArchive(f"input_images holds {len(found)} pictures; {MAX_PHOTOS} is the most.")
            yield Photos(archive, found)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError) as error:
        raise UnusableArchive("input_images is no zip, or a damaged one.") from error
    except (
        NotImplementedError,
        RuntimeError,
    ) as error:  # how zipfile says that it knows no such packing, or no password
        raise UnusableArchive("input_images is packed in a way that can't be read; use a plain zip.") from error


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    files = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(files) > MAX_ENTRIES:
        raise UnusableArchive(f"input_images holds {len(files)} files; {MAX_ENTRIES} is the most.")
    if sum(entry.file_size for entry in files) > MAX_UNZIPPED_BYTES:
        raise UnusableArchive("input_images is larger than 500 MB when unpacked.")
    return files


def _is_picture(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    if entry.file_size > MAX_BYTES:
        raise UnusableArchive(f"A file in input_images is larger than {MAX_BYTES // 1024 // 1024} MB.")
    try:
        kind_of(archive.read(entry))
    except NotAPicture:
        return False
    except PictureError as error:
        raise UnusableArchive(f"A picture in input_images can't be used: {error}") from error
    return True
