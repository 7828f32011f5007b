"""The door's functions, asked by those whom they answer and by the others."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg

from portrait_app.database.actor import signed
from portrait_app.database.address import Role
from tests.matrix.askers import ASKERS, Asker
from tests.matrix.functions import said

if TYPE_CHECKING:
    from tests.matrix.conftest import Matrix


def test_the_figures_are_for_the_operator_alone(matrix: Matrix) -> None:
    with Asker(Role.USER, "bob").asking(matrix) as connection:
        assert connection.execute("SELECT * FROM app.usage()").fetchall() == []
        assert connection.execute("SELECT * FROM app.operators").fetchall() == []


def test_who_waits_is_shown_to_the_operator_while_they_wait_and_let_in_by_nobody_else(matrix: Matrix) -> None:
    waits = uuid4()
    matrix.admin.execute(
        "INSERT INTO app.accounts (id, email, name, password_hash, look, preferences, created_at) "
        "VALUES (%s, 'eve@waits.example', 'Eve', '', '{}', '{}', now())",
        [waits],
    )
    try:
        for asker in ASKERS:
            with asker.asking(matrix) as connection:
                for call in ("waiting(9)", f"let_in('{waits}')", f"turn_away('{waits}')"):
                    answer = said(connection, call)
                    assert answer == "[]" or isinstance(answer, psycopg.errors.InsufficientPrivilege), (
                        f"{asker}: {call}"
                    )
        with psycopg.connect(matrix.address.conninfo(Role.USER)) as connection:
            hers = signed(matrix.ada.id, matrix.address.actor_key)
            connection.execute("SELECT set_config('app.actor', %s, false)", [hers])
            shown = connection.execute("SELECT id, name, email FROM app.waiting(9)").fetchall()
            assert shown == [(waits, "Eve", "eve@waits.example")]
            assert connection.execute("SELECT * FROM app.accounts WHERE id = %s", [waits]).fetchall() == []
            assert connection.execute("SELECT * FROM app.let_in(%s)", [waits]).fetchall() == [(waits,)]
            assert said(connection, "waiting(9)") == said(connection, f"turn_away('{waits}')") == "[]"
            connection.rollback()
    finally:
        matrix.admin.execute("DELETE FROM app.accounts WHERE id = %s", [waits])


def test_another_persons_link_changes_nobody_elses_address(matrix: Matrix) -> None:
    before = matrix.prints(matrix.ada)
    with Asker(Role.USER, "bob").asking(matrix) as connection:
        used = connection.execute("SELECT owner_id FROM app.use_link(sha256(%s))", [matrix.ada.link.encode()])
        assert used.fetchone() == (matrix.ada.id,)  # whoever has the mail has the link
        taken = connection.execute("SELECT * FROM app.take_address(%s)", [matrix.ada.of("mails")[0].id])
        assert taken.fetchall() == []
    assert matrix.prints(matrix.ada) == before
