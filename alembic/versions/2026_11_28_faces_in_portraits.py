"""Where the face is in a portrait: for the square that is cut around it."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the column; what was kept before has none."""
    op.execute("ALTER TABLE app.assets ADD COLUMN face jsonb")
