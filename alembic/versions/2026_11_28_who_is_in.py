"""Who waits to be let in is counted, also for whoever runs the studio, and apart from those who have an account."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0028"
down_revision = "0027"

WAITS = "a.verified_at IS NULL AND a.let_in_at IS NULL"
I_AM_OPERATOR = "EXISTS (SELECT FROM app.operators WHERE owner_id = (SELECT app.uid()))"


def upgrade() -> None:
    """Count who waits; and let no account that begins with a password begin with a proven address."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    _counted()
    _usage()
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")
    # A provider vouches for an address by its own word, which the database can't check; a password vouches for none.
    op.execute(
        f"CREATE POLICY as_a_person_begins ON app.accounts AS RESTRICTIVE FOR INSERT TO {Role.USER} "
        "WITH CHECK (num_nonnulls(leave_at, two_steps_at) = 0 AND (verified_at IS NULL OR password_hash = ''))"
    )


def _counted() -> None:
    op.execute("DROP FUNCTION app.waiting(integer)")
    look_up(
        "waiting(most integer)",
        "TABLE (id uuid, name text, email text, since timestamptz, of_all bigint)",
        f"""SELECT a.id, a.name::text, a.email::text, a.created_at, count(*) OVER () FROM app.accounts a
            WHERE {WAITS} AND {I_AM_OPERATOR} ORDER BY a.created_at, a.id LIMIT most""",  # noqa: S608 -- our words
        role=Role.USER,
    )
    look_up(
        "how_many_wait()",
        "bigint",
        f"SELECT count(*) FROM app.accounts a WHERE {WAITS}",  # noqa: S608 -- our words
        role=Role.SERVICE,
    )


def _usage() -> None:
    """As it was, without those who never came in: whoever types an address would keep the operator from leaving."""
    op.execute("DROP FUNCTION app.usage()")
    look_up(
        "usage()",
        "TABLE (accounts bigint, active bigint, trainings bigint, portraits bigint)",
        f"""SELECT (SELECT count(*) FROM app.accounts a WHERE NOT ({WAITS})),
             (SELECT count(DISTINCT owner_id) FROM app.sessions WHERE seen_at > now() - interval '7 days'),
             (SELECT count(*) FROM app.trainings WHERE status <> 'draft' AND deleted_at IS NULL),
             (SELECT count(*) FROM app.assets WHERE status = 'kept' AND deleted_at IS NULL)
           WHERE {I_AM_OPERATOR}""",  # noqa: S608 -- our words
        role=Role.USER,
    )
