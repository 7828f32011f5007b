"""What another training made that may have been a leaver's is told by the studio's own rows, too.

By its hash: what its place is called may be spelled in two ways, or be changed.
"""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0032"
down_revision = "0031"

TABLES = ("trainings", "orders")  # of an order: what its job made though it had ended, which is still to be deleted
# No EXISTS: that may be worked out for all rows at once, by reading them all.
_IS_OF = "(SELECT true FROM app.{} WHERE split_part(version, ':', 2) = split_part(one, ':', 2) LIMIT 1)"
_IS_SOMEBODYS = " OR ".join(map(_IS_OF.format, TABLES))


def upgrade() -> None:
    """Say which of some face models at the engine are somebody's, and not whose; the planner keeps no samples of it."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its function
    for table in TABLES:
        op.execute(f"GRANT SELECT (version) ON app.{table} TO {LOOKUP}")
        op.execute(
            f"CREATE INDEX {table}_by_hash ON app.{table} (split_part(version, ':', 2)) WHERE version IS NOT NULL"
        )
        op.execute(f"ALTER INDEX app.{table}_by_hash ALTER COLUMN 1 SET STATISTICS 0")
    look_up(
        "known_versions(made text[])",
        "TABLE (version text)",
        f"SELECT one FROM unnest(made) AS one WHERE {_IS_SOMEBODYS}",  # noqa: S608 -- our words
        role=Role.SERVICE,
    )
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")
