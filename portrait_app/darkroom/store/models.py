"""Models and their versions as they are kept."""

from __future__ import annotations

import json
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING

from portrait_app.darkroom.store.rows import Model, Version

if TYPE_CHECKING:
    import sqlite3


class Models:
    """The models and versions tables."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, model: Model) -> bool:
        """Keep a new model; False when its name is taken."""
        marks = "INSERT OR IGNORE INTO models VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        cells = asdict(model) | {"links": json.dumps(model.links)}
        return self._connection.execute(marks, tuple(cells.values())).rowcount == 1

    def change(self, model: Model) -> None:
        """Keep what is said of a model anew: its description, its readme and its links."""
        said = (model.description, model.readme, json.dumps(model.links), model.owner, model.name)
        changed = "UPDATE models SET description = ?, readme = ?, links = ? WHERE owner = ? AND name = ?"
        self._connection.execute(changed, said)

    def get(self, full_name: str) -> Model | None:
        """The model called `owner/name`, if there is one."""
        owner, _, name = full_name.partition("/")
        row = self._connection.execute("SELECT * FROM models WHERE owner = ? AND name = ?", (owner, name)).fetchone()
        return _model(row) if row else None

    def all(self) -> list[Model]:
        """Every model, newest first."""
        rows = self._connection.execute("SELECT * FROM models ORDER BY created_at DESC, name")
        return [_model(row) for row in rows]

    def delete(self, full_name: str) -> None:
        """Forget a model."""
        owner, _, name = full_name.partition("/")
        self._connection.execute("DELETE FROM models WHERE owner = ? AND name = ?", (owner, name))

    def count_run(self, full_name: str) -> None:
        """One more prediction was made with this model."""
        owner, _, name = full_name.partition("/")
        self._connection.execute(
            "UPDATE models SET run_count = run_count + 1 WHERE owner = ? AND name = ?", (owner, name)
        )

    def add_version(self, version: Version) -> None:
        """Keep a new version; a second time changes nothing."""
        self._connection.execute("INSERT OR IGNORE INTO versions VALUES (?, ?, ?)", astuple(version))

    def version(self, version_id: str) -> Version | None:
        """The version of that id, if there is one."""
        row = self._connection.execute("SELECT * FROM versions WHERE id = ?", (version_id,)).fetchone()
        return Version(**dict(row)) if row else None

    def versions(self, full_name: str) -> list[Version]:
        """Every version of a model, newest first."""
        rows = self._connection.execute(
            "SELECT * FROM versions WHERE model = ? ORDER BY created_at DESC, id", (full_name,)
        )
        return [Version(**dict(row)) for row in rows]

    def delete_version(self, version_id: str) -> None:
        """Forget a version."""
        self._connection.execute("DELETE FROM versions WHERE id = ?", (version_id,))


def _model(row: sqlite3.Row) -> Model:
    return Model(**(dict(row) | {"links": json.loads(row["links"])}))
