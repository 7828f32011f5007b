"""Everything that a person has, to take away: one export under way a person, each with its wall."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up, open_to_look_ups, secure_table

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table with its wall, and the look-up that finds those nobody seems to see to."""
    op.execute(
        "CREATE TABLE app.exports (id uuid NOT NULL PRIMARY KEY, owner_id uuid NOT NULL, "
        "created_at timestamptz NOT NULL, status varchar(32) NOT NULL, done integer NOT NULL, total integer NOT NULL, "
        "bytes bigint NOT NULL, ready_at timestamptz, expires_at timestamptz, trouble varchar, "
        "UNIQUE (id, owner_id), FOREIGN KEY (owner_id) REFERENCES app.accounts (id) ON DELETE CASCADE)"
    )
    op.execute("CREATE INDEX exports_of_owner ON app.exports (owner_id, id)")
    # Two taps at once ask for one.
    op.execute("CREATE UNIQUE INDEX exports_one_under_way ON app.exports (owner_id) WHERE status = 'making'")
    op.execute("CREATE INDEX exports_unmade ON app.exports (created_at) WHERE status = 'making'")
    op.execute("CREATE INDEX exports_to_forget ON app.exports (expires_at) WHERE status = 'ready'")
    secure_table(
        "exports",
        owner="owner_id",
        user="SELECT, INSERT, DELETE",
        service="SELECT, DELETE, UPDATE (status, done, total, bytes, ready_at, expires_at, trouble)",
    )
    # The chore that has made one writes the mail that says so, to the person it works for.
    op.execute(f"GRANT INSERT (id, owner_id, created_at, kind, address), DELETE ON app.mails TO {Role.SERVICE.value}")
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its function
    open_to_look_ups("exports", "id, owner_id, status, created_at, expires_at")
    look_up(
        "forgotten_exports(older_than interval, most integer)",
        "TABLE (owner_id uuid, id uuid, is_over boolean)",
        """(SELECT owner_id, id, false FROM app.exports WHERE status = 'making' AND created_at < now() - older_than
            ORDER BY created_at LIMIT most)
           UNION ALL
           (SELECT owner_id, id, true FROM app.exports WHERE status = 'ready' AND expires_at < now()
            ORDER BY expires_at LIMIT most)""",
        role=Role.SERVICE,
    )
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")
