"""Every table x every verb x everybody who is not its owner: nothing is seen, nothing is changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import uuid4

import psycopg
import pytest

from portrait_app.database.address import Role
from tests.matrix.askers import ASKERS, REFUSED, Asker, tried
from tests.matrix.filled import NOBODYS, ONE_PERSONS

if TYPE_CHECKING:
    from tests.matrix.conftest import Matrix

VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
COLUMNS = """
SELECT a.attname, has_column_privilege(c.oid, a.attnum, 'SELECT'), has_column_privilege(c.oid, a.attnum, 'INSERT'),
  has_column_privilege(c.oid, a.attnum, 'UPDATE')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.oid = ('app.' || %s)::regclass ORDER BY a.attnum
"""
# Rows are put only as they begin (decision 15): a copy of one in the middle of its life would be refused for that.
AS_IT_BEGINS: dict[str, dict[str, Any]] = {
    "accounts": dict.fromkeys(("verified_at", "let_in_at", "leave_at", "two_steps_at")),
    "generations": {"is_first_set": True, "status": "queued", "trouble": None, "ended_at": None},
    "assets": {"status": "pending", "mime": "", "bytes": 0, "colour": "", "face": None}
    | dict.fromkeys(("source_url", "key", "likeness", "loss", "trouble", "kept_at", "deleted_at", "purge_asked_at")),
    "trainings": dict.fromkeys(("version", "removed_at")),
    "orders": {"status": "recorded"}
    | dict.fromkeys(("job_id", "file_id", "doubt", "sent_at", "lost_at", "heard_at", "cancel_asked_at", "silent_since"))
    | dict.fromkeys(("silent_at", "stopped_since", "stray_since", "ended_at", "version"))
    | dict.fromkeys(("account", "unknown_since", "uploading_since", "waits_until")),
}
# Of those that have one row for each parent: a parent that has none.
HAS_ITS_PARENTS_ID: dict[str, LiteralString] = {
    "held_pictures": "SELECT id FROM app.assets WHERE status = 'fetching' AND owner_id = %s "
    "AND id NOT IN (SELECT id FROM app.held_pictures)"
}
PARENTS = """
SELECT (SELECT array_agg(a.attname ORDER BY k.n) FROM unnest(f.conkey) WITH ORDINALITY k (num, n)
        JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.num), p.relname
FROM pg_constraint f JOIN pg_class p ON p.oid = f.confrelid
WHERE f.contype = 'f' AND f.conrelid = ('app.' || %s)::regclass AND p.relname <> 'accounts'
"""


@pytest.mark.parametrize("asker", ASKERS, ids=str)
def test_asvs_8_4_1_nobody_sees_or_changes_a_row_of_another(matrix: Matrix, asker: Asker) -> None:
    before = matrix.prints(matrix.ada)
    with asker.asking(matrix) as connection:
        for table, owner in matrix.owners.items():
            outcomes = _asked_of(connection, table, owner, matrix)
            wrong = {verb: said for verb, said in outcomes.items() if not _is_nothing(said)}
            assert wrong == {}, f"{asker} reached {table}"
            matrix.counts.update({"cells": len(outcomes), "cells: tables": len(outcomes)})
    assert matrix.prints(matrix.ada) == before
    matrix.counts["tables"] = len(matrix.owners) + len(NOBODYS)


def _asked_of(connection: psycopg.Connection, table: str, owner: str, matrix: Matrix) -> dict[str, Any]:
    """Every verb on Ada's rows, with each column that the role may use for it."""
    ada, bob = {"ada": matrix.ada.id}, {"bob": matrix.bob.id}
    columns = connection.execute(COLUMNS, [table]).fetchall()
    may_read = [name for name, reads, _, _ in columns if reads]
    outcomes: dict[str, Any] = {
        "select *": tried(connection, f"SELECT * FROM app.{table} WHERE {owner} = %(ada)s", ada),
        "select what it may": tried(
            connection, f"SELECT {', '.join(may_read) or '*'} FROM app.{table} WHERE {owner} = %(ada)s", ada
        ),
        "select for update": tried(
            connection, f"SELECT {', '.join(may_read) or '*'} FROM app.{table} WHERE {owner} = %(ada)s FOR UPDATE", ada
        ),
        "select not its own": tried(
            connection, f"SELECT {owner} FROM app.{table} WHERE {owner} <> %(bob)s", bob
        ),
        "delete": tried(connection, f"DELETE FROM app.{table} WHERE {owner} = %(ada)s", ada),
        "delete not its own": tried(connection, f"DELETE FROM app.{table} WHERE {owner} <> %(bob)s", bob),
        "truncate": tried(connection, f"TRUNCATE app.{table} CASCADE"),
        "copy": tried(connection, f"CREATE TEMP TABLE it AS SELECT * FROM app.{table} WHERE {owner} = %(ada)s", ada),
    }  # fmt: skip
    for name, _, _, may_change in columns:
        statement = f"UPDATE app.{table} SET {name} = {name} WHERE {owner} = %(ada)s"
        outcomes[f"update {name}"] = tried(connection, statement, ada)
        if not may_change:
            assert isinstance(outcomes[f"update {name}"], REFUSED)
    outcomes["take over"] = tried(
        connection, f"UPDATE app.{table} SET {owner} = %(bob)s WHERE {owner} = %(ada)s", bob | ada
    )
    return outcomes


def _is_nothing(said: int | Exception) -> bool:
    return said == 0 or isinstance(said, REFUSED)


@pytest.mark.parametrize("role", list(Role))
def test_asvs_8_4_1_no_row_is_put_into_anothers_name_or_hung_on_anothers_parent(matrix: Matrix, role: Role) -> None:
    own = 0
    with Asker(role, "bob").asking(matrix) as connection:
        for table, owner in matrix.owners.items():
            row = _copy(matrix, table, matrix.bob.id)
            may_put = [name for name, _, inserts, _ in connection.execute(COLUMNS, [table]) if inserts]
            given = {name: row[name] for name in may_put or row}
            # There is one account each: what it hangs on can only be moved.
            parents = {} if table == "accounts" else _adas_parents(matrix, table, given)
            for what, changed in {"her name": {owner: str(matrix.ada.id)}, **parents}.items():
                said = _put(connection, table, given | changed)
                assert isinstance(said, (*REFUSED, psycopg.errors.ForeignKeyViolation)), f"{table}: {what}: {said}"
                matrix.counts.update({"cells": 1, "cells: tables": 1})
            if may_put and table not in ONE_PERSONS:  # the control: but for the name and the parent it is a good row
                said = _put(connection, table, given)
                assert said == 1 or isinstance(said, psycopg.errors.UniqueViolation), f"{table}: {said}"
                own += said == 1
    assert own >= (8 if role is Role.USER else 3)


@pytest.mark.parametrize("role", list(Role))
def test_asvs_8_4_1_no_row_is_given_away_or_moved_to_anothers_parent(matrix: Matrix, role: Role) -> None:
    with Asker(role, "bob").asking(matrix) as connection:
        for table, owner in matrix.owners.items():
            row = _copy(matrix, table, matrix.bob.id)
            for what, changed in {"her name": {owner: str(matrix.ada.id)}, **_adas_parents(matrix, table, row)}.items():
                sets = ", ".join(f"{name} = %({name})s" for name in changed)
                said = tried(connection, f"UPDATE app.{table} SET {sets}", changed)
                refusals = (*REFUSED, psycopg.errors.ForeignKeyViolation, psycopg.errors.UniqueViolation)
                assert isinstance(said, refusals) or said == 0, f"{role} {table}: {what}: {said}"
                matrix.counts.update({"cells": 1, "cells: tables": 1})


@pytest.mark.parametrize("table", sorted(NOBODYS))
@pytest.mark.parametrize("role", list(Role))
def test_what_is_nobodys_is_open_to_nobody(matrix: Matrix, table: str, role: Role) -> None:
    asked = "SELECT verb FROM unnest(%s::text[]) verb WHERE has_table_privilege(%s, %s, verb)"
    held = matrix.admin.execute(asked, [list(VERBS), role, f"app.{table}"]).fetchall()
    with Asker(role, "bob").asking(matrix) as connection:
        assert isinstance(tried(connection, f"SELECT * FROM app.{table}"), REFUSED)
    assert held == []
    matrix.counts.update({"cells": len(VERBS), "cells: tables": len(VERBS)})


def _copy(matrix: Matrix, table: str, owner_id: Any) -> dict[str, Any]:
    """A row of somebody's under new ids and hashes, as values to be put."""
    whose = f"WHERE {matrix.owners[table]} = %s ORDER BY to_jsonb(t) ->> 'kind'"
    one = f"SELECT to_jsonb(t) FROM app.{table} t {whose} LIMIT 1"
    found, fresh = matrix.admin.execute(one.encode(), [owner_id]).fetchone(), str(uuid4())
    if found is None:
        return {matrix.owners[table]: str(owner_id)}
    row = dict(found[0])
    others = {"token_hash", "credential_id", "webhook_id", "job_id", "fingerprint", "subject", "email"} & row.keys()
    row |= {name: f"\\x{fresh.replace('-', '')}" for name in others}
    row |= {"id": fresh} if "id" in row and table != "accounts" else {}
    row |= {"position": 77} if "position" in row else {}
    row |= AS_IT_BEGINS.get(table, {})
    if table in HAS_ITS_PARENTS_ID:
        row["id"] = str(matrix.admin.execute(HAS_ITS_PARENTS_ID[table], [owner_id]).fetchone()[0])  # type: ignore[index] -- there are two
    return {name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in row.items()}


def _adas_parents(matrix: Matrix, table: str, row: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The row's parents, each put in by one of Ada's."""
    parents = matrix.admin.execute(PARENTS, [table]).fetchall()
    return {
        f"her {parent}": {columns[0]: str(matrix.ada.of(parent)[0].id)}
        for columns, parent in parents
        if columns[0] in row
    }


def _put(connection: psycopg.Connection, table: str, row: dict[str, Any]) -> int | Exception:
    names, places = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    return tried(connection, f"INSERT INTO app.{table} ({names}) VALUES ({places})", row)
