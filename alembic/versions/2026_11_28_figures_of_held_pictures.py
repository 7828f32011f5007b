"""Whoever runs the studio sees how many portraits wait for a place, and what they take up in the database meanwhile."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up, open_to_look_ups

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Give each its size, which is all that a look-up reads of it, and have them counted."""
    op.execute("ALTER TABLE app.held_pictures ADD bytes integer")
    # Not by an UPDATE: no row is the owner's of the tables to see.
    op.execute("ALTER TABLE app.held_pictures ALTER bytes TYPE integer USING octet_length(picture)")
    op.execute("ALTER TABLE app.held_pictures ALTER bytes SET NOT NULL")
    open_to_look_ups("held_pictures", "bytes")
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its function
    op.execute("DROP FUNCTION app.counted()")
    look_up(
        "counted()",
        "TABLE (name text, number bigint)",
        "SELECT name::text, number FROM app.counts "
        "UNION ALL SELECT 'orders in doubt', count(*) FROM app.orders WHERE doubt IS NOT NULL "
        "UNION ALL SELECT 'jobs that nobody waits for and that the engine has not ended', count(*) FROM app.orders "
        "WHERE stray_since < now() - interval '10 minutes' AND job_id IS NOT NULL "
        "UNION ALL SELECT 'face models whose deletion is not confirmed', count(*) FROM app.trainings "
        "WHERE removed_at IS NULL AND removal_asked_at < now() - interval '1 hour' "
        "UNION ALL SELECT 'portraits that are made and wait for a place', count(*) FROM app.held_pictures "
        "UNION ALL SELECT 'MB of portraits in the database until there is a place', ceil(sum(bytes) / 1e6)::bigint "
        "FROM app.held_pictures",
        role=Role.SERVICE,
    )
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")
