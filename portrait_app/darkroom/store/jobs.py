"""Predictions and trainings as they are kept."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from portrait_app.darkroom.store.rows import Job

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from portrait_app.darkroom.store.rows import JobKind

_JSON = frozenset({"input", "outputs", "webhook_events"})
_UNFINISHED = "status IN ('starting', 'processing')"


class Jobs:
    """The jobs table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, job: Job) -> Job:
        """Keep a new job; its `sequence` is given here."""
        cells = _cells(asdict(job))
        del cells["sequence"]
        names, marks = ", ".join(cells), ", ".join("?" * len(cells))
        self._connection.execute(f"INSERT INTO jobs ({names}) VALUES ({marks})", tuple(cells.values()))  # noqa: S608 -- the names are a dataclass's own
        return self.fetch(job.id)

    def get(self, job_id: str) -> Job | None:
        """The job of that id, if there is one."""
        rows = self._select("id = ?", job_id)
        return rows[0] if rows else None

    def fetch(self, job_id: str) -> Job:
        """The job of that id.

        Raises: LookupError: there is none.
        """
        job = self.get(job_id)
        if job is None:
            raise LookupError(job_id)
        return job

    def in_folder(self, folder: str) -> Job | None:
        """The job whose outputs lie in that folder, if there is one."""
        rows = self._select("folder = ?", folder)
        return rows[0] if rows else None

    def change(self, job_id: str, **fields: Any) -> Job | None:
        """Change a job that isn't finished; None when it is, or was deleted: what is final stays as it is."""
        return self._update(f"id = ? AND {_UNFINISHED}", job_id, fields)

    def change_final(self, job_id: str, **fields: Any) -> Job | None:
        """Change what may still change after the end: whether the client was told, and what was removed."""
        return self._update(f"id = ? AND NOT {_UNFINISHED}", job_id, fields)

    def next_due(self) -> Job | None:
        """The job to work on: one that a killed server left in the middle, else the one waiting longest."""
        rows = self._select(f"{_UNFINISHED} ORDER BY status = 'starting', sequence LIMIT 1")
        return rows[0] if rows else None

    def next_deadline(self) -> Job | None:
        """The unfinished job whose deadline comes first."""
        rows = self._select(f"{_UNFINISHED} AND deadline IS NOT NULL ORDER BY deadline LIMIT 1")
        return rows[0] if rows else None

    def untold(self) -> list[Job]:
        """Finished jobs whose `completed` webhook nobody has acknowledged yet."""
        return self._select(f"NOT is_told AND NOT {_UNFINISHED} ORDER BY sequence")

    def completed_before(self, moment: str) -> list[Job]:
        """Jobs that ended before `moment` and whose files have not been removed."""
        return self._select("completed_at < ? AND NOT is_removed", moment)

    def of_version(self, version: str) -> list[Job]:
        """Every prediction made with a version."""
        return self._select("version = ? AND kind = 'prediction'", version)

    def that_made(self, version: str) -> list[Job]:
        """The training that a version came from."""
        return self._select("trained = ?", version)

    def delete(self, job_id: str) -> None:
        """Forget a job."""
        self._connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,))

    def page(
        self,
        kind: JobKind,
        size: int,
        *,
        before: int | None = None,
        after: int | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> list[Job]:
        """Up to `size` jobs, newest first.

        Args:
            kind: predictions or trainings.
            size: how many at most.
            before: only jobs that came before this sequence number.
            after: the `size` jobs that came right after this sequence number.
            since: only jobs created at this moment or later.
            until: only jobs created before this moment.
        """
        tests = {
            "kind = ?": kind,
            "sequence < ?": before,
            "sequence > ?": after,
            "created_at >= ?": since,
            "created_at < ?": until,
        }
        used = {test: value for test, value in tests.items() if value is not None}
        order = f"ORDER BY sequence {'DESC' if after is None else 'ASC'} LIMIT ?"
        found = self._select(f"{' AND '.join(used)} {order}", *used.values(), size)
        return sorted(found, key=lambda job: -job.sequence)

    def _select(self, rest: str, *values: Any) -> list[Job]:
        return [_job(row) for row in self._connection.execute(f"SELECT * FROM jobs WHERE {rest}", values)]  # noqa: S608 -- `rest` is written in this file; what comes from outside is in `values`

    def _update(self, where: str, job_id: str, fields: Mapping[str, Any]) -> Job | None:
        cells = _cells(fields)
        changes = ", ".join(f"{name} = ?" for name in cells)
        cursor = self._connection.execute(f"UPDATE jobs SET {changes} WHERE {where}", (*cells.values(), job_id))  # noqa: S608 -- names and `where` are written in our own code
        return self.fetch(job_id) if cursor.rowcount else None


def _cells(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _cell(json.dumps(value) if name in _JSON else value) for name, value in fields.items()}


def _cell(value: Any) -> Any:
    # What an engine says may hold half a character (a file's name that is no UTF-8), which no text of a database can.
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _read_json(text: str) -> Any:
    """JSON as it was kept, in such a form that it can be said again: older darkrooms took in what can't."""
    value = json.loads(text, parse_constant=lambda _: None)
    if "\\ud" not in text:
        return value
    return json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))


def _job(row: sqlite3.Row) -> Job:
    fields = dict(row)
    for name in _JSON:
        fields[name] = _read_json(fields[name])
    fields["outputs"] = tuple(fields["outputs"])
    fields["webhook_events"] = tuple(fields["webhook_events"])
    fields["is_told"] = bool(fields["is_told"])
    fields["is_removed"] = bool(fields["is_removed"])
    return Job(**fields)
