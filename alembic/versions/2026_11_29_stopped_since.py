"""An order knows since when its photos are stopped on their way, whatever else had kept it before."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Make the column. A job writes it, and no person; none begins so."""
    op.execute("ALTER TABLE app.orders ADD COLUMN stopped_since timestamptz")
    op.execute(f"GRANT UPDATE (stopped_since) ON app.orders TO {Role.SERVICE}")
    op.execute(
        f"CREATE POLICY as_not_stopped ON app.orders AS RESTRICTIVE FOR INSERT TO {Role.USER}, {Role.SERVICE} "
        "WITH CHECK (stopped_since IS NULL)"
    )
