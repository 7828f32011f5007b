"""One database with Ada and Bob in it, for every test of the matrix; and what the matrix counted."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
import pytest
import pytest_asyncio

from portrait_app.web import house as web_house
from tests.matrix.filled import Person, fill, require_filled, restore
from tests.matrix.house import MatrixHouse, built

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path

    from portrait_app.database.address import Address
    from tests.postgres import Databases


COMES_AND_GOES = ("watchers",)  # whoever opens a tab is one
_PRINT = "SELECT '{0}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM app.{0} t {1}"


@dataclass
class Matrix:
    """Two people, where their rows and objects lie, and the count of what was asked."""

    address: Address
    folder: Path
    ada: Person
    bob: Person
    owners: dict[str, str]
    counts: Counter[str]
    admin: psycopg.Connection
    at_first: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for person in (self.ada, self.bob):
            self.at_first[person.word] = self.prints(person, but=COMES_AND_GOES)

    def asked(self, what: str, cells: int) -> None:
        """Count one more thing of a kind, and the cells that were asked of it."""
        self.counts.update({what: 1, "cells": cells, f"cells: {what}": cells})

    def prints(self, person: Person, *, but: tuple[str, ...] = ()) -> dict[str, str]:
        """A fingerprint of everything of a person, by table, and of their objects: equal when nothing changed."""
        each = [_PRINT.format(table, f"WHERE {owner} = '{person.id}'") for table, owner in self.owners.items()]
        rows = self.admin.execute(" UNION ALL ".join(each).encode()).fetchall()
        found = {name: hashed for name, hashed in rows if name not in but}
        folder = self.folder / "u" / str(person.id)
        files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
        return found | {"objects": json.dumps({name: path.read_bytes().hex() for name, path in files.items()})}

    def prints_of_all(self) -> dict[str, str]:
        """A fingerprint of every table of anybody's, whoever the rows belong to."""
        each = [_PRINT.format(table, "") for table in self.owners]
        return dict(self.admin.execute(" UNION ALL ".join(each).encode()).fetchall())

    def restore(self, person: Person) -> None:
        """Undo whatever somebody did to their own rows: a name of Ada's that Bob gave himself is no crossing."""
        if self.is_changed(person):
            restore(self.address, person)
            shutil.rmtree(self.folder / "u" / str(person.id))
            put_objects(self.folder, person)
            self.at_first[person.word] = self.prints(person, but=COMES_AND_GOES)

    def is_changed(self, person: Person) -> bool:
        """Whether anything of theirs is not as it was at the beginning."""
        return self.prints(person, but=COMES_AND_GOES) != self.at_first[person.word]

    def forget_tries(self) -> None:
        """Let nobody have to wait: what limits there are is asked elsewhere."""
        self.admin.execute("DELETE FROM app.tries")


def put_objects(folder: Path, person: Person) -> None:
    """Lay down what their rows name."""
    for key in person.keys:
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{person.word} {key}".encode())


@pytest.fixture(scope="session")
def matrix(
    databases: tuple[Address, Databases], tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Generator[Matrix]:
    """The two of them, written down once."""
    server, made = databases
    folder = tmp_path_factory.mktemp("bucket")
    counts: Counter[str] = pytestconfig.stash.setdefault(COUNTS, Counter())
    with made.fresh() as name:
        address = server.named(name)
        people = (Person("quillonade", is_operator=True), Person("brackenbob"))
        for person in people:
            fill(address, person)
            put_objects(folder, person)
        with psycopg.connect(address.conninfo(), autocommit=True) as admin:
            owners = require_filled(admin, people)
            yield Matrix(address, folder, *people, owners, counts, admin)
    written = tmp_path_factory.getbasetemp() / "matrix.json"
    written.write_text(json.dumps(dict(sorted(counts.items())), indent=1))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def furnished(matrix: Matrix) -> AsyncGenerator[MatrixHouse]:
    """The house that the web floor stands in, for all tests of a file."""
    house = built(matrix)
    yield house
    await house.close()


@pytest.fixture
def matrix_house(matrix: Matrix, furnished: MatrixHouse) -> Generator[MatrixHouse]:
    """The same, with Bob as he was at the beginning."""
    web_house.move_in(furnished.workshop)
    furnished.queue.take()
    yield furnished
    matrix.restore(matrix.bob)


COUNTS = pytest.StashKey[Counter[str]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was counted; where several processes test, each has written its own to `matrix.json`."""
    if counts := config.stash.get(COUNTS, None):
        said = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
        terminalreporter.write_line(f"The matrix asked of {said}.")
