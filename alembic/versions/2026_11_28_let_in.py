"""Whoever comes later into a house without a mail server waits there until its operator lets them in."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, OWNER, look_up

revision = "0024"
down_revision = "0026"

CAME_IN = """(a.verified_at IS NOT NULL OR EXISTS (SELECT FROM app.sessions s WHERE s.owner_id = a.id)
  OR EXISTS (SELECT FROM app.passkeys p WHERE p.owner_id = a.id))"""
WAITS = "a.verified_at IS NULL AND a.let_in_at IS NULL"
I_AM_OPERATOR = "EXISTS (SELECT FROM app.operators WHERE owner_id = (SELECT app.uid()))"
TELL = "SELECT pg_notify('news', json_build_array(owner_id, 'account', owner_id)::text) FROM app.operators"


def upgrade() -> None:
    """Keep when an account was let in, apart from whether its address was confirmed: one is no proof of the other."""
    op.execute("ALTER TABLE app.accounts ADD let_in_at timestamptz")
    op.execute(f"GRANT SELECT (name, let_in_at), UPDATE (let_in_at) ON app.accounts TO {LOOKUP}")
    op.execute(f"GRANT SELECT (let_in_at) ON app.accounts TO {Role.SERVICE}")
    _who_is_in_already()
    _walls()
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    _first()
    _by_invitation()
    _by_the_operator()
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")


def _who_is_in_already() -> None:
    op.execute(f"SET LOCAL ROLE {LOOKUP}")  # whose policies see every row
    op.execute(f"UPDATE app.accounts a SET let_in_at = now() WHERE verified_at IS NULL AND {CAME_IN}")  # noqa: S608 -- our words
    op.execute(f"SET LOCAL ROLE {OWNER}")


def _walls() -> None:
    """Let in is who was: nobody writes that of themselves, and before it no session can begin."""
    op.execute(
        f"CREATE POLICY let_in_by_others ON app.accounts AS RESTRICTIVE FOR INSERT TO {Role.USER} "
        "WITH CHECK (let_in_at IS NULL)"
    )
    op.execute(
        f"CREATE POLICY only_who_may_come_in ON app.sessions AS RESTRICTIVE FOR INSERT TO {Role.USER} "
        "WITH CHECK (EXISTS (SELECT FROM app.accounts a WHERE a.id = sessions.owner_id "
        "AND (a.verified_at IS NOT NULL OR a.let_in_at IS NOT NULL)))"
    )
    op.execute(
        f"CREATE POLICY look_up_waits ON app.accounts FOR DELETE TO {LOOKUP} "
        "USING (verified_at IS NULL AND let_in_at IS NULL)"
    )


def _first() -> None:
    op.execute("DROP FUNCTION app.appoint_operator()")
    look_up(
        "appoint_operator()",
        "void",
        f"""WITH appointed AS (
             INSERT INTO app.operators SELECT a.id FROM app.accounts a
             WHERE (a.id = (SELECT app.uid()) OR {CAME_IN}) AND NOT EXISTS (SELECT FROM app.operators)
             ORDER BY a.leave_at IS NOT NULL, a.created_at, a.id LIMIT 1 ON CONFLICT DO NOTHING RETURNING owner_id),
           let_in AS (
             UPDATE app.accounts a SET let_in_at = now()
             WHERE {WAITS} AND a.id = (SELECT app.uid())
               AND EXISTS (SELECT FROM appointed WHERE owner_id = (SELECT app.uid())))
           DELETE FROM app.accounts a
           WHERE NOT {CAME_IN} AND a.id <> (SELECT app.uid())
             AND EXISTS (SELECT FROM appointed WHERE owner_id = (SELECT app.uid()))""",  # noqa: S608 -- our words
        role=Role.USER,
    )


def _by_invitation() -> None:
    # An invitation is the operator's word, for who uses it up in this very transaction.
    look_up(
        "come_by_invite(hash bytea)",
        "void",
        f"""UPDATE app.accounts a SET let_in_at = now()
            WHERE {WAITS} AND a.id = (SELECT app.uid()) AND EXISTS (
              SELECT FROM app.invites i JOIN app.operators o USING (owner_id)
              WHERE i.token_hash = hash AND i.used_at = now())""",  # noqa: S608 -- our words
        role=Role.USER,
    )


def _by_the_operator() -> None:
    look_up("tell_operator()", "void", TELL, role=Role.USER)
    look_up(
        "waiting(most integer)",
        "TABLE (id uuid, name text, email text, since timestamptz)",
        f"""SELECT a.id, a.name::text, a.email::text, a.created_at FROM app.accounts a
            WHERE {WAITS} AND {I_AM_OPERATOR} ORDER BY a.created_at, a.id LIMIT most""",  # noqa: S608 -- our words
        role=Role.USER,
    )
    look_up(
        "let_in(account uuid)",
        "TABLE (id uuid)",
        f"UPDATE app.accounts a SET let_in_at = now() WHERE a.id = account AND {WAITS} AND {I_AM_OPERATOR} "  # noqa: S608 -- our words
        "RETURNING a.id",
        role=Role.USER,
    )
    look_up(
        "turn_away(account uuid)",
        "TABLE (id uuid)",
        f"DELETE FROM app.accounts a WHERE a.id = account AND {WAITS} AND {I_AM_OPERATOR} RETURNING a.id",  # noqa: S608 -- our words
        role=Role.USER,
    )
    look_up(
        "forget_who_waits(older_than interval)",
        "bigint",
        f"""WITH gone AS (
              DELETE FROM app.accounts a WHERE {WAITS} AND a.created_at < now() - older_than RETURNING a.id)
            SELECT count(*) FROM gone""",  # noqa: S608 -- our words
        role=Role.SERVICE,
    )
