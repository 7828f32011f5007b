"""Portraits that the engine made and that have no place yet: what is paid for outlives a store that is away."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import secure_table

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the table with its wall; a row has the id of its portrait, and goes with it."""
    op.execute(
        "CREATE TABLE app.held_pictures (id uuid NOT NULL PRIMARY KEY, owner_id uuid NOT NULL, "
        "created_at timestamptz NOT NULL, picture bytea NOT NULL, "
        "FOREIGN KEY (owner_id) REFERENCES app.accounts (id) ON DELETE CASCADE, "
        "FOREIGN KEY (id, owner_id) REFERENCES app.assets (id, owner_id) ON DELETE CASCADE)"
    )
    op.execute("CREATE INDEX held_pictures_of_owner ON app.held_pictures (owner_id, id)")
    # A person's rooms say how many there are; the pictures themselves are the jobs' alone.
    secure_table("held_pictures", owner="owner_id", user="SELECT (id, owner_id)", service="SELECT, INSERT, DELETE")
    being_fetched = "SELECT FROM app.assets a WHERE a.id = held_pictures.id AND a.status = 'fetching'"
    op.execute(
        f"CREATE POLICY as_it_begins ON app.held_pictures AS RESTRICTIVE FOR INSERT TO {Role.SERVICE} "
        f"WITH CHECK (EXISTS ({being_fetched}))"
    )
