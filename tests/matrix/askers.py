"""Who asks the database: Bob as himself, nobody, and whoever has forged, stolen or kept an actor of Ada's."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from portrait_app.database.actor import signed
from portrait_app.database.address import Role

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.matrix.conftest import Matrix

REFUSED = (psycopg.errors.InsufficientPrivilege,)
HOW = ("bob", "nobody", "forged", "expired", "swapped")


@dataclass(frozen=True)
class Asker:
    """One role, and what it says of who is asking."""

    role: Role
    how: str

    def actor(self, matrix: Matrix) -> str:
        ada, bob, key = matrix.ada.id, matrix.bob.id, matrix.address.actor_key
        return {
            "bob": signed(bob, key),
            "nobody": "",
            "forged": signed(ada, b"another key"),
            "expired": signed(ada, key, lifetime_s=-1),
            "swapped": signed(bob, key).replace(str(bob), str(ada)),
        }[self.how]

    @contextmanager
    def asking(self, matrix: Matrix) -> Generator[psycopg.Connection]:
        """A transaction of theirs, undone at its end."""
        with psycopg.connect(matrix.address.conninfo(self.role)) as connection:
            connection.execute("SELECT set_config('app.actor', %s, false)", [self.actor(matrix)])
            connection.commit()
            yield connection
            connection.rollback()

    def __str__(self) -> str:
        return f"{self.role.value}-{self.how}"


ASKERS = [Asker(role, how) for role in Role for how in HOW]


def tried(connection: psycopg.Connection, statement: str, values: dict | None = None) -> int | Exception:
    """How many rows a statement reached, or why it was refused; whatever it did is undone."""
    try:
        with connection.transaction(force_rollback=True):
            return connection.execute(statement.encode(), values or {}).rowcount
    except psycopg.Error as error:
        return error
