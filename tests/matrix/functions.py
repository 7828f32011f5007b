"""What is known of a function of the schema, and how one is asked."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg


@dataclass(frozen=True)
class Known:
    """What a function may do.

    Attributes:
        roles: who may call it.
        says: its result, as the catalogue writes it.
        why: what it may say, and to whom.
        tries: calls by which Bob, or nobody, tries to learn of Ada what he can't know: `{hers}` stands for each of
            her ids in turn. None of them may say anything of hers.
        is_open: of a worker's look-ups for whatever is due: it may say ids, and nothing else, of everybody.
    """

    roles: tuple[str, ...]
    says: str
    why: str
    tries: tuple[str, ...] = ()
    is_open: bool = False


USER, SERVICE, BOTH = ("app_user",), ("app_service",), ("app_service", "app_user")
WHOSE = "TABLE(id uuid, owner_id uuid)"
A_HASH = "sha256('guessed'::bytea)"


def said(connection: psycopg.Connection, call: str) -> str | Exception:
    """Return what a call answers with, or why it is refused; nothing is changed."""
    try:
        with connection.transaction(force_rollback=True):
            return str(connection.execute(f"SELECT * FROM app.{call}".encode()).fetchall())
    except psycopg.Error as error:
        return error
