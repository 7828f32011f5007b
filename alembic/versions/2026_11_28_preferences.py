"""What a person prefers, the portrait they wear, and the mails that tell them what happened meanwhile."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the columns, and let the jobs see who watches and write a mail down."""
    op.execute(
        "ALTER TABLE app.accounts ADD COLUMN preferences jsonb NOT NULL DEFAULT '{}', "
        "ADD COLUMN picture_id uuid, ADD COLUMN usual_model_id uuid"
    )
    # Nobody wears another's portrait, also not by SQL: the key holds the owner. A portrait that is deleted is taken
    # off, and nothing else of the account changes.
    op.execute(
        "ALTER TABLE app.accounts "
        "ADD CONSTRAINT accounts_picture FOREIGN KEY (picture_id, id) REFERENCES app.assets (id, owner_id) "
        "ON DELETE SET NULL (picture_id), "
        "ADD CONSTRAINT accounts_usual_model FOREIGN KEY (usual_model_id, id) "
        "REFERENCES app.trainings (id, owner_id) ON DELETE SET NULL (usual_model_id)"
    )
    op.execute(f"GRANT UPDATE (preferences, picture_id, usual_model_id) ON app.accounts TO {Role.USER.value}")
    # A job tells what came of it: by a mail, unless somebody watches.
    op.execute(f"GRANT INSERT (id, owner_id, created_at, kind, address), DELETE ON app.mails TO {Role.SERVICE.value}")
    op.execute(f"GRANT SELECT ON app.watchers TO {Role.SERVICE.value}")
    op.execute(
        f"CREATE POLICY {Role.SERVICE.value}_own ON app.watchers TO {Role.SERVICE.value} "
        "USING (owner_id = (SELECT app.uid()))"
    )
