"""A database that holds somebody's rows takes the migrations that came since."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from portrait_app.database.migrate import upgrade

if TYPE_CHECKING:
    from collections.abc import Generator

    from portrait_app.database.address import Address


CAME_IN = ("by-a-session", "long-ago", "by-a-link", "by-a-passkey")


@pytest.fixture
def of_before(address: Address) -> Generator[Address]:
    """A database as it was before portraits that wait for a place had a size, and before people had to be let in."""
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
            _people(admin)
        yield former
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _people(admin: psycopg.Connection) -> None:
    """Four who came in, each in another way, and one who only asked."""
    ids = {name: uuid4() for name in (*CAME_IN, "only-asked")}
    for name, one in ids.items():
        admin.execute(
            "INSERT INTO app.accounts (id, email, name, password_hash, look, preferences, created_at, verified_at) "
            "VALUES (%s, %s, '', '', '{}', '{}', now(), %s)",
            [one, f"{name}@example.com", datetime.now(UTC) if name == "by-a-link" else None],
        )
    for name, age in (("by-a-session", "0"), ("long-ago", "400 days")):
        admin.execute(
            "INSERT INTO app.sessions (id, owner_id, created_at, token_hash, device, expires_at, seen_at, revoked_at) "
            "VALUES (%s, %s, now(), %s, '', now() - %s::interval, now() - %s::interval, now())",
            [uuid4(), ids[name], name.encode(), age, age],
        )
    admin.execute(
        "INSERT INTO app.passkeys (id, owner_id, created_at, name, credential_id, public_key, sign_count, "
        "is_synced) "
        "VALUES (%s, %s, now(), '', 'c', 'k', 0, false)",
        [uuid4(), ids["by-a-passkey"]],
    )


def test_after_an_upgrade_what_waits_has_its_size_and_whoever_had_come_in_still_may(
    of_before: Address,
) -> None:
    upgrade(of_before)
    with psycopg.connect(of_before.conninfo()) as admin:
        assert admin.execute("SELECT bytes FROM app.held_pictures").fetchall() == [(len(b"a portrait"),)]
        found = admin.execute("SELECT split_part(email, '@', 1), let_in_at, verified_at FROM app.accounts").fetchall()
    assert {name for name, *moments in found if any(moments)} == set(CAME_IN)
    assert [name for name, _, verified_at in found if verified_at] == ["by-a-link"]
