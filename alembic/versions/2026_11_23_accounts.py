"""What accounts need among strangers: mails with links, sessions that grow old, limits, invitations, an operator."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up, open_to_look_ups, secure_table

revision = "0002"
down_revision = "0001"

OWNED = (
    "id uuid NOT NULL PRIMARY KEY, owner_id uuid NOT NULL, created_at timestamptz NOT NULL, UNIQUE (id, owner_id), "
    "FOREIGN KEY (owner_id) REFERENCES app.accounts (id) ON DELETE CASCADE"
)
WORD = "varchar(32) NOT NULL"


def upgrade() -> None:
    """Make the tables, and what may be asked of them before anybody is signed in."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    _addresses()
    _mails()
    _sessions()
    _tries()
    _operator()
    _invites()
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")


def _addresses() -> None:
    op.execute("ALTER TABLE app.accounts ADD COLUMN verified_at timestamptz")
    # It changes only by a link that was sent to it: no role that signs in may write it, `take_address` does.
    op.execute(f"GRANT SELECT (verified_at), UPDATE (email, verified_at) ON app.accounts TO {LOOKUP}")
    op.execute(f"CREATE POLICY look_up_change ON app.accounts FOR UPDATE TO {LOOKUP} USING (true)")


def _mails() -> None:
    op.execute(
        f"CREATE TABLE app.mails ({OWNED}, kind {WORD}, address varchar NOT NULL, token_hash bytea UNIQUE, "
        "expires_at timestamptz, sent_at timestamptz, used_at timestamptz)"
    )
    op.execute("CREATE INDEX mails_of_owner ON app.mails (owner_id, id)")
    op.execute("CREATE INDEX mails_unsent ON app.mails (created_at) WHERE sent_at IS NULL")
    secure_table(
        "mails",
        owner="owner_id",
        # Who could read a link's hash could use it up without having read the mail.
        user="SELECT (id, owner_id, created_at, kind, address, sent_at), "
        "INSERT (id, owner_id, created_at, kind, address), DELETE",
        service="SELECT, UPDATE (token_hash, expires_at, sent_at)",
    )
    open_to_look_ups(
        "mails", "id, owner_id, kind, address, token_hash, expires_at, created_at, sent_at, used_at", update="used_at"
    )
    look_up(
        "link_of(hash bytea)",
        "TABLE (id uuid, owner_id uuid, kind text, address text)",
        "SELECT id, owner_id, kind::text, address::text FROM app.mails "
        "WHERE token_hash = hash AND used_at IS NULL AND expires_at > now()",
        role=Role.USER,
    )
    # Whoever comes second with the same link finds it used: the row's lock decides.
    look_up(
        "use_link(hash bytea)",
        "TABLE (id uuid, owner_id uuid, kind text, address text)",
        """UPDATE app.mails SET used_at = now()
           WHERE token_hash = hash AND used_at IS NULL AND expires_at > now()
           RETURNING id, owner_id, kind::text, address::text""",
        role=Role.USER,
    )
    # The address that a link was sent to becomes the account's, by that link alone: it must have been used in this
    # very transaction, and by its owner.
    look_up(
        "take_address(link uuid)",
        "TABLE (former text)",
        """UPDATE app.accounts a SET email = m.address, verified_at = now()
           FROM app.mails m JOIN app.accounts was ON was.id = m.owner_id
           WHERE m.id = link AND m.used_at = now() AND m.owner_id = app.uid() AND a.id = m.owner_id
             AND (m.kind = 'confirm' OR m.address = was.email)
           RETURNING was.email::text""",
        role=Role.USER,
    )
    look_up(
        "forgotten_mails(older_than interval, most integer)",
        "TABLE (owner_id uuid, id uuid)",
        """SELECT owner_id, id FROM app.mails WHERE sent_at IS NULL
           AND created_at BETWEEN now() - interval '1 hour' AND now() - older_than LIMIT most""",
        role=Role.SERVICE,
    )


def _sessions() -> None:
    op.execute("ALTER TABLE app.sessions ADD COLUMN seen_at timestamptz NOT NULL")
    op.execute(f"GRANT SELECT (seen_at), UPDATE (seen_at) ON app.sessions TO {LOOKUP}")
    op.execute(f"CREATE POLICY look_up_change ON app.sessions FOR UPDATE TO {LOOKUP} USING (true)")
    op.execute(f"GRANT DELETE ON app.sessions TO {Role.USER.value}")
    op.execute("DROP FUNCTION app.session_of(bytea)")
    # The last use is written down at most every few minutes, so that looking a session up stays a read.
    look_up(
        "session_of(hash bytea, idle interval, touch_after interval)",
        "TABLE (id uuid, owner_id uuid)",
        """WITH touched AS (
             UPDATE app.sessions SET seen_at = now()
             WHERE token_hash = hash AND revoked_at IS NULL
               AND seen_at > now() - idle AND seen_at < now() - touch_after)
           SELECT id, owner_id FROM app.sessions
           WHERE token_hash = hash AND revoked_at IS NULL AND expires_at > now() AND seen_at > now() - idle""",
        role=Role.USER,
    )


def _tries() -> None:
    """How often somebody may try: the key is a hash, so that no address of a person or a machine is kept."""
    op.execute("CREATE TABLE app.tries (key bytea PRIMARY KEY, free_at timestamptz NOT NULL)")
    op.execute("CREATE INDEX tries_over ON app.tries (free_at)")
    op.execute("ALTER TABLE app.tries ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE app.tries FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON app.tries TO {LOOKUP}")
    op.execute(f"CREATE POLICY look_up ON app.tries TO {LOOKUP} USING (true) WITH CHECK (true)")
    # The generic cell rate algorithm (ITU-T I.371), as in take_turn. A try that comes too early counts for nothing and
    # is told how many seconds to wait.
    look_up(
        "take_try(what bytea, step interval, burst interval)",
        "double precision",
        """WITH over AS (
             DELETE FROM app.tries WHERE key IN (
               SELECT key FROM app.tries WHERE free_at < clock_timestamp() - interval '1 day' AND key <> what
               LIMIT 4 FOR UPDATE SKIP LOCKED)),
           taken AS (
             INSERT INTO app.tries AS t VALUES (what, clock_timestamp() + step)
             ON CONFLICT (key) DO UPDATE SET free_at = greatest(t.free_at, clock_timestamp()) + step
             WHERE t.free_at <= clock_timestamp() + burst RETURNING 1)
           SELECT CASE WHEN EXISTS (SELECT FROM taken) THEN 0 ELSE coalesce((
             SELECT greatest(0.01, extract(epoch FROM t.free_at - clock_timestamp() - burst))
             FROM app.tries t WHERE t.key = what), extract(epoch FROM step)) END""",  # made while we looked: not seen
        role=Role.USER,
    )


def _operator() -> None:
    op.execute(
        "CREATE TABLE app.operators (owner_id uuid PRIMARY KEY, "
        "FOREIGN KEY (owner_id) REFERENCES app.accounts (id) ON DELETE CASCADE)"
    )
    op.execute("CREATE UNIQUE INDEX operators_one ON app.operators ((true))")
    secure_table("operators", owner="owner_id", user="SELECT")
    op.execute(f"GRANT SELECT, INSERT ON app.operators TO {LOOKUP}")
    op.execute(f"CREATE POLICY look_up ON app.operators TO {LOOKUP} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT (created_at) ON app.accounts TO {LOOKUP}")
    look_up(
        "appoint_operator()",
        "void",
        """INSERT INTO app.operators SELECT id FROM app.accounts
           WHERE NOT EXISTS (SELECT FROM app.operators) ORDER BY created_at, id LIMIT 1 ON CONFLICT DO NOTHING""",
        role=Role.USER,
    )
    look_up("is_empty()", "boolean", "SELECT NOT EXISTS (SELECT FROM app.accounts)", role=Role.USER)
    # Figures over everybody, for the operator alone, and nothing of anybody.
    look_up(
        "usage()",
        "TABLE (accounts bigint, active bigint, trainings bigint, portraits bigint)",
        """SELECT (SELECT count(*) FROM app.accounts),
             (SELECT count(DISTINCT owner_id) FROM app.sessions WHERE seen_at > now() - interval '7 days'),
             (SELECT count(*) FROM app.trainings WHERE status <> 'draft'),
             (SELECT count(*) FROM app.assets WHERE status = 'kept')
           WHERE EXISTS (SELECT FROM app.operators WHERE owner_id = app.uid())""",
        role=Role.USER,
    )


def _invites() -> None:
    op.execute(
        f"CREATE TABLE app.invites ({OWNED}, token_hash bytea NOT NULL UNIQUE, expires_at timestamptz NOT NULL, "
        "used_at timestamptz)"
    )
    op.execute("CREATE INDEX invites_of_owner ON app.invites (owner_id, id)")
    secure_table("invites", owner="owner_id", user="SELECT, INSERT, DELETE")
    open_to_look_ups("invites", "id, owner_id, token_hash, expires_at, used_at", update="used_at")
    # Only the operator's invitations open the door, whoever wrote others.
    look_up(
        "invite_of(hash bytea)",
        "TABLE (id uuid)",
        """SELECT i.id FROM app.invites i JOIN app.operators o USING (owner_id)
           WHERE i.token_hash = hash AND i.used_at IS NULL AND i.expires_at > now()""",
        role=Role.USER,
    )
    look_up(
        "use_invite(hash bytea)",
        "TABLE (id uuid)",
        """UPDATE app.invites SET used_at = now()
           WHERE token_hash = hash AND used_at IS NULL AND expires_at > now()
             AND owner_id IN (SELECT owner_id FROM app.operators)
           RETURNING id""",
        role=Role.USER,
    )
