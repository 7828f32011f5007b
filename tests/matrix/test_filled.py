"""The matrix can see: each of the two has rows everywhere, and all that is theirs can be recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.matrix.filled import require_filled, unmarked

if TYPE_CHECKING:
    from tests.matrix.conftest import Matrix


def test_whatever_is_adas_can_be_recognised(matrix: Matrix) -> None:
    assert unmarked(matrix.ada) == []


def test_a_new_table_without_rows_of_both_would_fail(matrix: Matrix) -> None:
    with psycopg.connect(matrix.address.conninfo()) as connection:
        connection.execute("CREATE TABLE app.newcomers (id uuid, owner_id uuid)")
        with pytest.raises(AssertionError, match="newcomers has no row"):
            require_filled(connection, (matrix.ada, matrix.bob))
        connection.rollback()


def test_a_change_of_hers_would_be_seen(matrix: Matrix) -> None:
    before = matrix.prints(matrix.ada)
    with psycopg.connect(matrix.address.conninfo()) as connection:
        connection.execute("UPDATE app.mails SET address = address || '!' WHERE owner_id = %s", [matrix.ada.id])
    changed = {table for table, value in matrix.prints(matrix.ada).items() if value != before[table]}
    with psycopg.connect(matrix.address.conninfo()) as connection:
        connection.execute("UPDATE app.mails SET address = rtrim(address, '!') WHERE owner_id = %s", [matrix.ada.id])
    assert changed == {"mails"}
    assert matrix.prints(matrix.ada) == before
