"""One throw-away Postgres for the whole test run, and a database of its own for whoever asks: a copy of a template."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
from psycopg import sql

from portrait_app.database.server import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import LiteralString

_PREFIX = "portrait-tests-"
_TEMPLATE = "template_for_tests"
_GROWN_BYTES = 4 << 20
_TABLES = """
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname IN ('app', 'jobs') AND tablename NOT IN ('alembic_version', 'actor_keys')
"""
_SEQUENCES = "SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences"
_SEND_AWAY = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# Whatever was made, changed or taken away leaves another newest row, or another number of them.
_SHAPE = " UNION ALL ".join(
    f"SELECT '{catalogue}', count(*), max(xmin::text::bigint) FROM {catalogue}"
    for catalogue in (
        "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_policy", "pg_proc", "pg_trigger",
        "pg_type", "pg_namespace", "pg_default_acl", "pg_db_role_setting", "app.actor_keys", "app.alembic_version",
    )
)  # fmt: skip


@contextlib.contextmanager
def server() -> Generator[EmbeddedServer]:
    """A Postgres in a temporary folder, gone afterwards. It does not wait for the disk."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{psutil.Process().pid}-"))
    try:
        with EmbeddedServer(folder / "postgres", durable=False) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Databases:
    """Databases as the last migration left them, each for one at a time.

    One that was used is emptied and used again, for a new one costs 150 ms of CPU; unless its shape was changed or it
    has grown, so that nobody notices who was there before.

    Args: prepare: brings the template to its state, given the superuser's address of it: migrations, say.
    """

    def __init__(self, running: EmbeddedServer, prepare: Callable[[str], None]) -> None:
        self._server = running
        self._numbers = itertools.count(1)
        self._empty: list[_Database] = []
        self._admin = psycopg.connect(running.admin_url, autocommit=True)
        self._run("CREATE DATABASE {}", _TEMPLATE)
        prepare(running.superuser_url(_TEMPLATE))

    @contextlib.contextmanager
    def fresh(self) -> Generator[str]:
        """The name of an empty database; whoever is still connected to it afterwards is sent away."""
        database = self._empty.pop() if self._empty else self._made()
        try:
            yield database.name
        finally:
            if database.emptied():
                self._empty.append(database)
            else:
                self._run("DROP DATABASE {} WITH (FORCE)", database.name)

    def close(self) -> None:
        """Let go of all of them."""
        self._admin.close()
        for database in self._empty:
            database.close()

    def _made(self) -> _Database:
        name = f"test_{next(self._numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, _TEMPLATE)
        return _Database(name, self._server.superuser_url(name))

    def _run(self, statement: LiteralString, *names: str) -> None:
        self._admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


class _Database:
    """One of them, and the way back to how it was."""

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self._connection = psycopg.connect(address, autocommit=True)
        self._shape = self._connection.execute(_SHAPE).fetchall()
        self._size = self._bytes()
        tables = [row[0] for row in self._connection.execute(_TABLES)]
        sequences = [row[0] for row in self._connection.execute(_SEQUENCES)]
        self._empty = ";".join(
            [
                "BEGIN; SET LOCAL session_replication_role = replica",  # no trigger, and so no order among the tables
                *(f"DELETE FROM {table}" for table in tables),
                *(f"SELECT setval('{sequence}', 1, false)" for sequence in sequences),
                "COMMIT",
            ]
        )

    def emptied(self) -> bool:
        """Empty it; False, and of no more use, where it isn't what it was even then, or has outgrown its young days."""
        with contextlib.suppress(psycopg.Error):  # somebody dropped it, or ended us
            self._connection.execute(_SEND_AWAY)
            self._connection.execute(self._empty.encode())
            if self._connection.execute(_SHAPE).fetchall() == self._shape and self._bytes() < self._size + _GROWN_BYTES:
                return True
        self.close()
        return False

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    def _bytes(self) -> int:
        return next(row[0] for row in self._connection.execute("SELECT pg_database_size(current_database())"))


def _sweep() -> None:
    """End the servers of test runs that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        if not psutil.pid_exists(int(folder.name.removeprefix(_PREFIX).split("-")[0])):
            with contextlib.suppress(PermissionError, FileNotFoundError):  # another user's, or swept by another run
                EmbeddedServer(folder / "postgres").stop()
                shutil.rmtree(folder)
