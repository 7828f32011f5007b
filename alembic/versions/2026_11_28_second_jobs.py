"""An order's row may stand for a second job that the engine made of another's call; none begins as such a one."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Make the column. A job writes it, and no person."""
    op.execute("ALTER TABLE app.orders ADD COLUMN is_double boolean NOT NULL DEFAULT false")
    op.execute(f"GRANT UPDATE (is_double) ON app.orders TO {Role.SERVICE}")
    op.execute(
        f"CREATE POLICY as_one_of_its_own ON app.orders AS RESTRICTIVE FOR INSERT TO {Role.USER}, {Role.SERVICE} "
        "WITH CHECK (NOT is_double)"
    )
