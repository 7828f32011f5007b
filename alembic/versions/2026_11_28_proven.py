"""Whether a session was opened by something that the person showed, or by a provider's word alone."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add it. Of sessions from before nobody knows: whoever is asked once more signs in once more."""
    op.execute("ALTER TABLE app.sessions ADD COLUMN is_proven boolean NOT NULL DEFAULT false")
