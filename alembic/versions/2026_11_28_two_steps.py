"""Two steps at the door: who asks for them, which sessions took them, and codes for whoever has lost their passkey."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up, secure_table

revision = "0011"
down_revision = "0010"

OWNED = "id uuid NOT NULL PRIMARY KEY, owner_id uuid NOT NULL, created_at timestamptz NOT NULL, UNIQUE (id, owner_id)"
OF_ACCOUNT = "FOREIGN KEY (owner_id) REFERENCES app.accounts (id) ON DELETE CASCADE"


def upgrade() -> None:
    """Add what is kept of it, and have the look-up of a session say it."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    op.execute("ALTER TABLE app.accounts ADD COLUMN two_steps_at timestamptz")
    op.execute(f"GRANT UPDATE (two_steps_at) ON app.accounts TO {Role.USER}")
    op.execute(f"GRANT SELECT (two_steps_at) ON app.accounts TO {LOOKUP}")
    op.execute(f"GRANT SELECT (two_steps_at) ON app.accounts TO {Role.SERVICE}")
    # Of sessions from before nobody knows how they were opened: they count as one step.
    op.execute("ALTER TABLE app.sessions ADD COLUMN took_two_steps boolean NOT NULL DEFAULT false")
    op.execute(f"GRANT SELECT (took_two_steps) ON app.sessions TO {LOOKUP}")
    _session_of()
    _codes()
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")


def _session_of() -> None:
    op.execute("DROP FUNCTION app.session_of(bytea, interval, interval)")
    look_up(
        "session_of(hash bytea, idle interval, touch_after interval)",
        "TABLE (id uuid, owner_id uuid, took_two_steps boolean, asks_two_steps boolean)",
        """WITH touched AS (
             UPDATE app.sessions SET seen_at = now()
             WHERE token_hash = hash AND revoked_at IS NULL
               AND seen_at > now() - idle AND seen_at < now() - touch_after)
           SELECT s.id, s.owner_id, s.took_two_steps, a.two_steps_at IS NOT NULL
           FROM app.sessions s JOIN app.accounts a ON a.id = s.owner_id
           WHERE token_hash = hash AND revoked_at IS NULL AND expires_at > now() AND seen_at > now() - idle
             AND (a.leave_at <= now()) IS NOT TRUE""",
        role=Role.USER,
    )


def _codes() -> None:
    op.execute(
        f"CREATE TABLE app.recovery_codes ({OWNED}, position integer NOT NULL, code_hash varchar NOT NULL, "
        f"used_at timestamptz, UNIQUE (owner_id, position), {OF_ACCOUNT})"
    )
    op.execute("CREATE INDEX recovery_codes_of_owner ON app.recovery_codes (owner_id, id)")
    secure_table("recovery_codes", owner="owner_id", user="SELECT, INSERT, DELETE, UPDATE (used_at)")
