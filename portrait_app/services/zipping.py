"""Packs the photos of a training as its trainer takes them: pictures, and beside each its caption where one is read."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def zipped(photos: Iterable[tuple[str, bytes]], *, caption: str | None = None) -> bytes:
    """Pack photos, stored as they are: pictures are compressed already.

    Args:
        photos: each with a name whose ending tells its kind; in the zip they are `01.jpg`, `02.webp` and so on, since
            a person's file names are nobody's business.
        caption: the text of the `.txt` of the same stem beside each photo; None: none is put there.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for number, (name, photo) in enumerate(photos, 1):
            archive.writestr(f"{number:02d}.{name.rpartition('.')[2]}", photo)
            if caption is not None:
                archive.writestr(f"{number:02d}.txt", caption)
    return packed.getvalue()
