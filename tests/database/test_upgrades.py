"""A database that holds somebody's rows takes the migrations that came since."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from portrait_app.database.migrate import upgrade

if TYPE_CHECKING:
    from collections.abc import Generator

    from portrait_app.database.address import Address


@pytest.fixture
def of_before(address: Address) -> Generator[Address]:
    """A database as it was before portraits that wait for a place had a size; one of them is in it."""
    with psycopg.connect(address.named("postgres").conninfo(), autocommit=True) as server:
        name = sql.Identifier(f"before_{uuid4().hex}")
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        former = address.named(name.as_string().strip('"'))
        upgrade(former, to="0019")
        with psycopg.connect(former.conninfo(), autocommit=True) as admin:
            admin.execute("SET session_replication_role = replica")  # its portrait is of no matter here
            admin.execute(
                "INSERT INTO app.held_pictures (id, owner_id, created_at, picture) VALUES (%s, %s, now(), %s)",
                [uuid4(), uuid4(), b"a portrait"],
            )
        yield former
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_portraits_that_wait_for_a_place_have_their_size_after_an_upgrade(of_before: Address) -> None:
    upgrade(of_before)
    with psycopg.connect(of_before.conninfo()) as admin:
        assert admin.execute("SELECT bytes FROM app.held_pictures").fetchall() == [(len(b"a portrait"),)]
