"""What another training made that may have been a leaver's is told by the studio's own rows, too."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Say which of some face models at the engine are somebody's, and not whose."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its function
    op.execute(f"GRANT SELECT (version) ON app.trainings TO {LOOKUP}")
    look_up(
        "known_versions(made text[])",
        "TABLE (version text)",
        "SELECT version::text FROM app.trainings WHERE version = ANY (made)",
        role=Role.SERVICE,
    )
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")
