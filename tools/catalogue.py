"""Looks in the catalogue of a freshly migrated database: for what must never be there, and for rights untold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

RIGHTS = Path(__file__).with_name("rights.txt")
_OURS = """
CREATE OR REPLACE TEMP VIEW ours AS SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity,
  (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped
     AND (a.attname = 'owner_id' OR (c.relname = 'accounts' AND a.attname = 'id'))) AS owner
FROM pg_class c WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p')
"""


def queries() -> dict[str, str]:
    """Return each query by the sentence that stands above it."""
    _, *parts = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split("\n--- ")
    return {sentence: query for sentence, _, query in (part.partition("\n") for part in parts)}


def breaches(connection: psycopg.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return what is wrong with a migrated database, by what it is; nothing when all is well."""
    connection.execute(_OURS)
    found = {sentence: connection.execute(query.encode()).fetchall() for sentence, query in queries().items()}
    return {sentence: rows for sentence, rows in found.items() if rows}


def rights(connection: psycopg.Connection) -> list[str]:
    """Return every right that somebody has but the owner of it all, and every policy, a line each (`rights.sql`)."""
    asked = Path(__file__).with_name("rights.sql").read_text(encoding="utf-8")
    return [" ".join(str(line).split()) for (line,) in connection.execute(asked.encode())]


def unknown_rights(connection: psycopg.Connection) -> list[str]:
    """Return the lines that differ from those in `rights.txt`: what is new with a plus, what is gone with a minus."""
    known = {line for line in RIGHTS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")}
    found = set(rights(connection))
    return sorted(f"+ {line}" for line in found - known) + sorted(f"- {line}" for line in known - found)
