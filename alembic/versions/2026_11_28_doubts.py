"""Whoever runs the studio can see what could not be settled with the engine, and how much of it there is."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the look-ups."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    op.execute("CREATE INDEX orders_in_doubt ON app.orders (created_at) WHERE doubt IS NOT NULL")
    look_up(
        "doubts()",
        "TABLE (id uuid, owner_id uuid, kind text, job_id text, doubt text, since timestamptz)",
        """SELECT id, owner_id, kind::text, job_id::text, doubt::text, coalesce(sent_at, created_at)
           FROM app.orders WHERE doubt IS NOT NULL ORDER BY created_at""",
        role=Role.SERVICE,
    )
    op.execute("DROP FUNCTION app.counted()")
    look_up(
        "counted()",
        "TABLE (name text, number bigint)",
        "SELECT name::text, number FROM app.counts "
        "UNION ALL SELECT 'orders in doubt', count(*) FROM app.orders WHERE doubt IS NOT NULL "
        "UNION ALL SELECT 'jobs that nobody waits for and that the engine has not ended', count(*) FROM app.orders "
        "WHERE stray_since < now() - interval '10 minutes' AND job_id IS NOT NULL "
        "UNION ALL SELECT 'face models whose deletion is not confirmed', count(*) FROM app.trainings "
        "WHERE removed_at IS NULL AND removal_asked_at < now() - interval '1 hour'",
        role=Role.SERVICE,
    )
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")
