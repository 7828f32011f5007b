"""The house is nobody's until somebody is in: an account that was only asked for by mail bars nobody."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the first to come in the operator, in place of the first to sign up."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    op.execute("DROP FUNCTION app.is_empty()")
    look_up("is_empty()", "boolean", "SELECT NOT EXISTS (SELECT FROM app.operators)", role=Role.USER)
    op.execute(
        f"CREATE POLICY look_up_never_came ON app.accounts FOR DELETE TO {LOOKUP} "
        "USING (verified_at IS NULL AND NOT EXISTS (SELECT FROM app.operators))"
    )
    op.execute("DROP FUNCTION app.appoint_operator()")
    # Whoever asked as well while the house was nobody's hasn't come in: it is the operator's now to say who may.
    look_up(
        "appoint_operator()",
        "void",
        """WITH appointed AS (
             INSERT INTO app.operators SELECT id FROM app.accounts
             WHERE id = (SELECT app.uid()) AND NOT EXISTS (SELECT FROM app.operators)
             ON CONFLICT DO NOTHING RETURNING owner_id)
           DELETE FROM app.accounts a
           WHERE a.verified_at IS NULL AND a.id <> (SELECT app.uid()) AND EXISTS (SELECT FROM appointed)
             AND NOT EXISTS (SELECT FROM app.sessions s WHERE s.owner_id = a.id)""",
        role=Role.USER,
    )
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")
