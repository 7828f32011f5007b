"""What the engine still has of somebody who has left is noted while no mail server takes their receipt."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Forget the address once the receipt is sent alone, and no farewell whose receipt isn't."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its function
    op.execute("DROP FUNCTION app.note_farewell(uuid, jsonb)")
    look_up(
        "note_farewell(which uuid, left_there jsonb, is_said boolean)",
        "void",
        """UPDATE app.farewells SET address = CASE WHEN is_said THEN NULL ELSE address END, still_there = left_there
           WHERE id = which;
           DELETE FROM app.farewells WHERE id = which AND address IS NULL AND left_there = '[]'""",
        role=Role.SERVICE,
    )
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")
