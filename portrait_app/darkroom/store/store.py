"""One SQLite file in the darkroom's own folder, safe against a kill at any moment."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from portrait_app.darkroom.store.files import Files
from portrait_app.darkroom.store.jobs import Jobs
from portrait_app.darkroom.store.models import Models

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS jobs (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    model TEXT NOT NULL, version TEXT NOT NULL, destination TEXT, input TEXT NOT NULL, seed INTEGER NOT NULL,
    folder TEXT NOT NULL, webhook TEXT, webhook_events TEXT NOT NULL, created_at TEXT NOT NULL, deadline TEXT,
    status TEXT NOT NULL, started_at TEXT, completed_at TEXT, outputs TEXT NOT NULL, trained TEXT, error TEXT,
    logs TEXT NOT NULL, attempts INTEGER NOT NULL, is_told INTEGER NOT NULL, is_removed INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS jobs_by_status ON jobs (status, sequence);
CREATE INDEX IF NOT EXISTS jobs_by_version ON jobs (version);
CREATE TABLE IF NOT EXISTS models (
    owner TEXT NOT NULL, name TEXT NOT NULL, visibility TEXT NOT NULL, hardware TEXT NOT NULL, description TEXT,
    created_at TEXT NOT NULL, run_count INTEGER NOT NULL, readme TEXT, links TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (owner, name));
CREATE TABLE IF NOT EXISTS versions (
    id TEXT PRIMARY KEY, model TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, content_type TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
    md5 TEXT NOT NULL, metadata TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """The tables, and the connection that they share.

    SQLite is called from the event loop itself: a write to its log takes about 0.1 ms, less than a thread's hop.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        # NORMAL survives the death of the process, which is what happens; a power cut may cost the last moments.
        self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _TABLES)
        self._widen()
        self.jobs = Jobs(self._connection)
        self.models = Models(self._connection)
        self.files = Files(self._connection)

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All of the writes within, or none of them."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def secret(self, name: str, make: Callable[[], str]) -> str:
        """The secret of that name; made the first time it is asked for, and kept."""
        self._connection.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, make()))
        row = self._connection.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
        return str(row["value"])

    def _widen(self) -> None:
        """Give a folder of an older darkroom the columns that came later."""
        there = {row["name"] for row in self._connection.execute("PRAGMA table_info(models)")}
        for name, kind in (("readme", "TEXT"), ("links", "TEXT NOT NULL DEFAULT '{}'")):
            if name not in there:
                self._connection.execute(f"ALTER TABLE models ADD COLUMN {name} {kind}")

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        self._connection.close()
