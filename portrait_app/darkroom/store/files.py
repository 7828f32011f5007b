"""Uploaded files as they are kept; their bytes lie on the shelf."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from portrait_app.darkroom.store.rows import File

if TYPE_CHECKING:
    import sqlite3


class Files:
    """The files table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, file: File) -> None:
        """Keep a new file."""
        cells = asdict(file) | {"metadata": json.dumps(file.metadata)}
        self._connection.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", tuple(cells.values()))

    def get(self, file_id: str, now: str) -> File | None:
        """The file of that id, if there is one that has not expired by `now`."""
        row = self._connection.execute("SELECT * FROM files WHERE id = ? AND expires_at > ?", (file_id, now)).fetchone()
        return _file(row) if row else None

    def all(self, now: str) -> list[File]:
        """Every file that has not expired by `now`, newest first."""
        rows = self._connection.execute("SELECT * FROM files WHERE expires_at > ? ORDER BY created_at DESC, id", (now,))
        return [_file(row) for row in rows]

    def expired(self, now: str) -> list[File]:
        """Files whose day is over."""
        return [_file(row) for row in self._connection.execute("SELECT * FROM files WHERE expires_at <= ?", (now,))]

    def delete(self, file_id: str) -> None:
        """Forget a file."""
        self._connection.execute("DELETE FROM files WHERE id = ?", (file_id,))


def _file(row: sqlite3.Row) -> File:
    return File(**(dict(row) | {"metadata": json.loads(row["metadata"])}))
