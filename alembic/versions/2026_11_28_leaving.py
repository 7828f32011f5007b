"""Leaving the studio: when, what happens then, and what is left to do after somebody has gone."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the moment of leaving, who may sign in until then, the one way to delete an account, and farewells."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    op.execute("ALTER TABLE app.accounts ADD COLUMN leave_at timestamptz")
    op.execute("CREATE INDEX accounts_leaving ON app.accounts (leave_at) WHERE leave_at IS NOT NULL")
    op.execute(f"GRANT UPDATE (leave_at) ON app.accounts TO {Role.USER.value}")
    op.execute(f"GRANT SELECT (leave_at), DELETE ON app.accounts TO {LOOKUP}")
    # Whoever calls, and whatever they ask for: only the account of the signed actor, and only when its time has come.
    op.execute(
        f"CREATE POLICY look_up_leave ON app.accounts FOR DELETE TO {LOOKUP} "
        "USING (id = (SELECT app.uid()) AND leave_at <= now())"
    )
    _nobody_signs_in_any_more()
    _farewells()
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")


def _nobody_signs_in_any_more() -> None:
    """From the moment of leaving on no session and no password of the account opens anything."""
    op.execute("DROP FUNCTION app.session_of(bytea, interval, interval)")
    look_up(
        "session_of(hash bytea, idle interval, touch_after interval)",
        "TABLE (id uuid, owner_id uuid)",
        """WITH touched AS (
             UPDATE app.sessions SET seen_at = now()
             WHERE token_hash = hash AND revoked_at IS NULL
               AND seen_at > now() - idle AND seen_at < now() - touch_after)
           SELECT id, owner_id FROM app.sessions s
           WHERE token_hash = hash AND revoked_at IS NULL AND expires_at > now() AND seen_at > now() - idle
             AND NOT EXISTS (SELECT FROM app.accounts a WHERE a.id = s.owner_id AND a.leave_at <= now())""",
        role=Role.USER,
    )
    op.execute("DROP FUNCTION app.password_of(text)")
    look_up(
        "password_of(address text)",
        "TABLE (id uuid, password_hash varchar)",
        "SELECT id, password_hash FROM app.accounts WHERE email = lower(address) AND (leave_at <= now()) IS NOT TRUE",
        role=Role.USER,
    )


def _farewells() -> None:
    """Nobody's rows: an address until its receipt is sent, and names at the engine that say nothing of anybody."""
    op.execute(
        "CREATE TABLE app.farewells (id uuid PRIMARY KEY, created_at timestamptz NOT NULL, address varchar, "
        "still_there jsonb NOT NULL)"
    )
    op.execute("ALTER TABLE app.farewells ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE app.farewells FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON app.farewells TO {LOOKUP}")
    op.execute(f"CREATE POLICY look_up ON app.farewells TO {LOOKUP} USING (true) WITH CHECK (true)")
    # Everything of the person hangs on their account and goes with it; what is left to do is written down in the same
    # breath, so that no receipt is lost and none is sent for nothing.
    look_up(
        "part(left_there jsonb)",
        "uuid",
        """WITH gone AS (
             DELETE FROM app.accounts WHERE id = (SELECT app.uid()) AND leave_at <= now() RETURNING email),
           on_their_way AS (
             DELETE FROM app.errands WHERE kept->>'owner' = (SELECT app.uid())::text)
           INSERT INTO app.farewells SELECT gen_random_uuid(), now(), email, left_there FROM gone RETURNING id""",
        role=Role.SERVICE,
    )
    look_up(
        "farewell(which uuid)",
        "TABLE (created_at timestamptz, address text, still_there jsonb)",
        "SELECT created_at, address::text, still_there FROM app.farewells WHERE id = which",
        role=Role.SERVICE,
    )
    look_up(
        "note_farewell(which uuid, left_there jsonb)",
        "void",
        """UPDATE app.farewells SET address = NULL, still_there = left_there WHERE id = which;
           DELETE FROM app.farewells WHERE id = which AND left_there = '[]'""",
        role=Role.SERVICE,
    )
    look_up(
        "forgotten_leavers(older_than interval, most integer)",
        "TABLE (chore text, id uuid)",
        """(SELECT 'leave', id FROM app.accounts WHERE leave_at <= now() - interval '1 minute'
            ORDER BY leave_at LIMIT most)
           UNION ALL
           (SELECT 'say_farewell', id FROM app.farewells WHERE created_at < now() - older_than
            ORDER BY created_at LIMIT most)""",
        role=Role.SERVICE,
    )
    look_up(
        "left_at_engine()",
        "TABLE (what text)",
        "SELECT jsonb_array_elements_text(still_there) FROM app.farewells ORDER BY created_at",
        role=Role.SERVICE,
    )
    look_up(
        "forget_tries(whose bytea[])",
        "void",
        "DELETE FROM app.tries WHERE key = ANY (whose)",
        role=Role.SERVICE,
    )
