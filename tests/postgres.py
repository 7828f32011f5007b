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

_PREFIX = "portrait-tests-"
_TEMPLATE = "template_for_tests"


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
    """Fresh databases, each a copy of one template that is prepared once (about 30 ms a copy).

    Args: prepare: brings the template to its state, given the superuser's address of it: migrations, say.
    """

    def __init__(self, running: EmbeddedServer, prepare: Callable[[str], None]) -> None:
        self._server = running
        self._numbers = itertools.count(1)
        self._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
        prepare(running.superuser_url(_TEMPLATE))

    @contextlib.contextmanager
    def fresh(self) -> Generator[str]:
        """The name of a new database, dropped afterwards with whoever is still connected to it."""
        name = f"test_{next(self._numbers)}"
        database = sql.Identifier(name)
        template = sql.Identifier(_TEMPLATE)
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(database, template))
        try:
            yield name
        finally:
            self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._server.admin_url, autocommit=True) as connection:
            connection.execute(statement)


def _sweep() -> None:
    """End the servers of test runs that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        if not psutil.pid_exists(int(folder.name.removeprefix(_PREFIX).split("-")[0])):
            with contextlib.suppress(PermissionError, FileNotFoundError):  # another user's, or swept by another run
                EmbeddedServer(folder / "postgres").stop()
                shutil.rmtree(folder)
