"""A house in which people are is never nobody's: when its operator has left, it is the next one's."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, OWNER, look_up

revision = "0022"
down_revision = "0021"

# Rows of sessions go at the same person's next sign-in alone, which leaves another, or a passkey to take a step with.
CAME_IN = """(a.verified_at IS NOT NULL OR EXISTS (SELECT FROM app.sessions s WHERE s.owner_id = a.id)
  OR EXISTS (SELECT FROM app.passkeys p WHERE p.owner_id = a.id))"""
HAND_ON = f"""INSERT INTO app.operators SELECT a.id FROM app.accounts a
  WHERE NOT EXISTS (SELECT FROM app.operators) AND {CAME_IN}
  ORDER BY a.leave_at IS NOT NULL, a.created_at, a.id LIMIT 1 ON CONFLICT DO NOTHING"""  # noqa: S608 -- our words


def upgrade() -> None:
    """Count who has come in, in place of operators; and where the operator is one who never came, hand the house on."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    op.execute("DROP FUNCTION app.is_empty()")
    nobody = (
        f"SELECT NOT EXISTS (SELECT FROM app.operators) AND NOT EXISTS (SELECT FROM app.accounts a WHERE {CAME_IN})"  # noqa: S608 -- our words
    )
    look_up("is_empty()", "boolean", nobody, role=Role.USER)
    op.execute("DROP FUNCTION app.appoint_operator()")
    look_up(
        "appoint_operator()",
        "void",
        f"""WITH appointed AS (
             INSERT INTO app.operators SELECT a.id FROM app.accounts a
             WHERE (a.id = (SELECT app.uid()) OR {CAME_IN}) AND NOT EXISTS (SELECT FROM app.operators)
             ORDER BY a.leave_at IS NOT NULL, a.created_at, a.id LIMIT 1 ON CONFLICT DO NOTHING RETURNING owner_id)
           DELETE FROM app.accounts a
           WHERE NOT {CAME_IN} AND a.id <> (SELECT app.uid())
             AND EXISTS (SELECT FROM appointed WHERE owner_id = (SELECT app.uid()))""",  # noqa: S608 -- our words
        role=Role.USER,
    )
    look_up("hand_on_house()", "void", HAND_ON, role=Role.SERVICE)
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")
    _from_whom_never_came()


def _from_whom_never_came() -> None:
    """Before 0019 the first who typed an address was the operator, also where nobody ever confirmed it."""
    op.execute(f"GRANT DELETE ON app.operators TO {LOOKUP}")
    op.execute(f"SET LOCAL ROLE {LOOKUP}")  # whose policies see every row
    op.execute(
        f"""DELETE FROM app.operators o
            WHERE NOT EXISTS (SELECT FROM app.accounts a WHERE a.id = o.owner_id AND {CAME_IN})"""  # noqa: S608 -- our words
    )
    op.execute(HAND_ON)
    op.execute(f"SET LOCAL ROLE {OWNER}")
    op.execute(f"REVOKE DELETE ON app.operators FROM {LOOKUP}")
