"""Whose a face model is, is told by its hash: what its place is called may be spelled in two ways, or be changed."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0033"
down_revision = "0032"

_HASHES = "SELECT split_part(version, ':', 2) FROM app.{} WHERE version IS NOT NULL"
_ALL = " UNION ALL ".join(_HASHES.format(table) for table in ("trainings", "orders"))


def upgrade() -> None:
    """Say so also of what a job made whose order had ended, and which is still to be deleted."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its function
    op.execute(f"GRANT SELECT (version) ON app.orders TO {LOOKUP}")
    op.execute("DROP FUNCTION app.known_versions(text[])")
    look_up(
        "known_versions(made text[])",
        "TABLE (version text)",
        f"SELECT one FROM unnest(made) AS one WHERE split_part(one, ':', 2) IN ({_ALL})",  # noqa: S608 -- our words
        role=Role.SERVICE,
    )
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")
