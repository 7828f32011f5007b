"""The tables of the first story, each with its wall; and the jobs, in a schema that no person's role can enter."""

from __future__ import annotations

from procrastinate.schema import SchemaManager

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up, open_to_look_ups, secure_table

revision = "0001"
down_revision = None

ALL = "SELECT, INSERT, UPDATE, DELETE"
OWNED = "id uuid NOT NULL PRIMARY KEY, owner_id uuid NOT NULL, created_at timestamptz NOT NULL, UNIQUE (id, owner_id)"
WORD = "varchar(32) NOT NULL"


def upgrade() -> None:
    """Make the first house."""
    _who_is_asking()
    _people()
    _face_models()
    _portraits()
    _orders()
    _look_ups()
    _jobs()


def _who_is_asking() -> None:
    op.execute("CREATE TABLE app.actor_keys (key bytea NOT NULL)")
    op.execute("ALTER TABLE app.actor_keys ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE app.actor_keys FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON app.actor_keys TO {LOOKUP}")
    op.execute(f"CREATE POLICY look_up ON app.actor_keys TO {LOOKUP} USING (true) WITH CHECK (true)")
    for role in (*Role, LOOKUP):
        op.execute(f"GRANT USAGE ON SCHEMA app TO {role}")
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    op.execute(
        """
        CREATE FUNCTION app.uid() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
          SELECT CASE WHEN part[2]::bigint > extract(epoch FROM now()) THEN part[1]::uuid END
          FROM (SELECT string_to_array(current_setting('app.actor', true), '.') AS part) AS said
          WHERE array_length(part, 1) = 3 AND EXISTS (
            SELECT FROM app.actor_keys WHERE part[3] = encode(
              sha256(key || sha256(key || convert_to(part[1] || '.' || part[2], 'UTF8'))), 'hex'))
        $$
        """
    )
    op.execute(f"ALTER FUNCTION app.uid() OWNER TO {LOOKUP}")
    op.execute("REVOKE ALL ON FUNCTION app.uid() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.uid() TO {Role.USER}, {Role.SERVICE}")


def _people() -> None:
    op.execute(
        "CREATE TABLE app.accounts (id uuid PRIMARY KEY, email varchar NOT NULL, name varchar NOT NULL, "
        "password_hash varchar NOT NULL, look jsonb NOT NULL, created_at timestamptz NOT NULL, "
        "CHECK (email = lower(email)))"
    )
    op.execute("CREATE UNIQUE INDEX accounts_email ON app.accounts (email)")
    secure_table("accounts", owner="id", user="SELECT, INSERT, UPDATE (name, look, password_hash)", service="SELECT")
    op.execute(
        f"CREATE TABLE app.sessions ({OWNED}, token_hash bytea NOT NULL UNIQUE, device varchar NOT NULL, "
        "expires_at timestamptz NOT NULL, revoked_at timestamptz, "
        "FOREIGN KEY (owner_id) REFERENCES app.accounts (id) ON DELETE CASCADE)"
    )
    op.execute("CREATE INDEX sessions_of_owner ON app.sessions (owner_id, id)")
    secure_table("sessions", owner="owner_id", user="SELECT, INSERT, UPDATE (revoked_at)")


def _face_models() -> None:
    op.execute(
        f"CREATE TABLE app.trainings ({OWNED}, name varchar NOT NULL, status {WORD}, trainer varchar NOT NULL, "
        "phase varchar NOT NULL, percent double precision NOT NULL, seconds_left double precision, "
        "heard_at timestamptz, started_at timestamptz, ended_at timestamptz, version varchar, trouble varchar, "
        "FOREIGN KEY (owner_id) REFERENCES app.accounts (id) ON DELETE CASCADE)"
    )
    op.execute("CREATE INDEX trainings_of_owner ON app.trainings (owner_id, id)")
    # Photos that arrive together for the first time all find the same draft.
    op.execute("CREATE UNIQUE INDEX trainings_one_draft ON app.trainings (owner_id) WHERE status = 'draft'")
    secure_table("trainings", owner="owner_id", user=ALL, service="SELECT, UPDATE")
    op.execute(
        f"CREATE TABLE app.selfies ({OWNED}, training_id uuid NOT NULL, filename varchar NOT NULL, status {WORD}, "
        "hints jsonb NOT NULL, is_overruled boolean NOT NULL, refusal varchar, seen jsonb, incoming_key varchar, "
        "key varchar, width integer NOT NULL, height integer NOT NULL, colour varchar NOT NULL, "
        "FOREIGN KEY (training_id, owner_id) REFERENCES app.trainings (id, owner_id) ON DELETE CASCADE)"
    )
    op.execute("CREATE INDEX selfies_of_training ON app.selfies (owner_id, training_id, id)")
    secure_table("selfies", owner="owner_id", user=ALL, service="SELECT, UPDATE, DELETE")


def _portraits() -> None:
    op.execute(
        f"CREATE TABLE app.generations ({OWNED}, training_id uuid NOT NULL, style varchar NOT NULL, "
        f"aspect varchar NOT NULL, count integer NOT NULL, seed integer NOT NULL, is_first_set boolean NOT NULL, "
        f"status {WORD}, trouble varchar, ended_at timestamptz, "
        "FOREIGN KEY (training_id, owner_id) REFERENCES app.trainings (id, owner_id) ON DELETE CASCADE)"
    )
    op.execute("CREATE INDEX generations_of_owner ON app.generations (owner_id, id)")
    # The second of two reports that both end a training finds the first set already ordered.
    op.execute(
        "CREATE UNIQUE INDEX generations_first_set ON app.generations (owner_id, training_id, style) WHERE is_first_set"
    )
    secure_table("generations", owner="owner_id", user=ALL, service="SELECT, INSERT, UPDATE")
    op.execute(
        f"CREATE TABLE app.assets ({OWNED}, generation_id uuid NOT NULL, training_id uuid NOT NULL, "
        f"position integer NOT NULL, style varchar NOT NULL, status {WORD}, source_url varchar, key varchar, "
        "mime varchar NOT NULL, bytes integer NOT NULL, width integer NOT NULL, height integer NOT NULL, "
        "colour varchar NOT NULL, likeness double precision, trouble varchar, kept_at timestamptz, "
        "UNIQUE (generation_id, position), "
        "FOREIGN KEY (generation_id, owner_id) REFERENCES app.generations (id, owner_id) ON DELETE CASCADE, "
        "FOREIGN KEY (training_id, owner_id) REFERENCES app.trainings (id, owner_id) ON DELETE CASCADE)"
    )
    op.execute("CREATE INDEX assets_of_owner ON app.assets (owner_id, id)")
    secure_table("assets", owner="owner_id", user=ALL, service="SELECT, INSERT, UPDATE")


def _orders() -> None:
    op.execute(
        f"CREATE TABLE app.orders ({OWNED}, kind {WORD}, training_id uuid NOT NULL, generation_id uuid, "
        f"status {WORD}, job_id varchar UNIQUE, fingerprint varchar, file_id varchar, attempts integer NOT NULL, "
        "sent_at timestamptz, look_at timestamptz, ended_at timestamptz, "
        "FOREIGN KEY (training_id, owner_id) REFERENCES app.trainings (id, owner_id) ON DELETE CASCADE, "
        "FOREIGN KEY (generation_id, owner_id) REFERENCES app.generations (id, owner_id) ON DELETE CASCADE)"
    )
    op.execute("CREATE INDEX orders_of_owner ON app.orders (owner_id, id)")
    op.execute("CREATE INDEX orders_to_look_at ON app.orders (look_at) WHERE ended_at IS NULL")
    secure_table("orders", owner="owner_id", user="SELECT, INSERT", service="SELECT, INSERT, UPDATE")
    op.execute(
        f"CREATE TABLE app.deliveries ({OWNED}, webhook_id varchar NOT NULL UNIQUE, order_id uuid NOT NULL, "
        "FOREIGN KEY (order_id, owner_id) REFERENCES app.orders (id, owner_id) ON DELETE CASCADE)"
    )
    op.execute("CREATE INDEX deliveries_of_owner ON app.deliveries (owner_id, id)")
    secure_table("deliveries", owner="owner_id", user="SELECT", service="SELECT, INSERT, DELETE")


def _look_ups() -> None:
    open_to_look_ups("accounts", "id, email, password_hash")
    look_up(
        "password_of(address text)",
        "TABLE (id uuid, password_hash varchar)",
        "SELECT id, password_hash FROM app.accounts WHERE email = lower(address)",
        role=Role.USER,
    )
    open_to_look_ups("sessions", "id, owner_id, token_hash, expires_at, revoked_at")
    look_up(
        "session_of(hash bytea)",
        "TABLE (id uuid, owner_id uuid)",
        "SELECT id, owner_id FROM app.sessions WHERE token_hash = hash AND revoked_at IS NULL AND expires_at > now()",
        role=Role.USER,
    )
    open_to_look_ups("orders", "id, owner_id, status, job_id, file_id, look_at, ended_at, created_at", update="look_at")
    look_up(
        "owner_of_order(order_id uuid, job text)",
        "TABLE (id uuid, owner_id uuid)",
        "SELECT id, owner_id FROM app.orders WHERE id = order_id OR job_id = job",
        role=Role.SERVICE,
    )
    # Whoever takes an order to look at puts its next look off in the same breath: one question a job, however many ask.
    look_up(
        "take_orders_to_look_at(most integer, again_after interval)",
        "TABLE (id uuid, owner_id uuid)",
        """UPDATE app.orders SET look_at = now() + greatest(again_after, least('60s', (now() - created_at) / 20))
           WHERE id IN (
             SELECT id FROM app.orders WHERE ended_at IS NULL AND look_at <= now()
             ORDER BY look_at LIMIT most FOR UPDATE SKIP LOCKED) RETURNING id, owner_id""",
        role=Role.SERVICE,
    )
    open_to_look_ups("selfies", "id, owner_id, status, created_at")
    open_to_look_ups("assets", "id, owner_id, status, created_at")
    look_up(
        "forgotten_chores(older_than interval, most integer)",
        "TABLE (chore text, owner_id uuid, id uuid)",
        """(SELECT 'send_order', owner_id, id FROM app.orders
              WHERE status IN ('recorded', 'sending') AND created_at < now() - older_than
            UNION ALL SELECT 'examine_selfie', owner_id, id FROM app.selfies
              WHERE status = 'examining' AND created_at < now() - older_than
            UNION ALL SELECT 'keep_asset', owner_id, id FROM app.assets
              WHERE status = 'fetching' AND created_at < now() - older_than
            UNION ALL SELECT 'tidy_order', owner_id, id FROM app.orders
              WHERE file_id IS NOT NULL AND ended_at < now() - older_than) LIMIT most""",
        role=Role.SERVICE,
    )
    op.execute("CREATE INDEX orders_unsent ON app.orders (created_at) WHERE status IN ('recorded', 'sending')")
    op.execute("CREATE INDEX orders_untidy ON app.orders (ended_at) WHERE file_id IS NOT NULL")
    op.execute("CREATE INDEX selfies_unexamined ON app.selfies (created_at) WHERE status = 'examining'")
    op.execute("CREATE INDEX assets_unkept ON app.assets (created_at) WHERE status = 'fetching'")
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")


def _jobs() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql("SET LOCAL search_path = jobs")
    connection.connection.cursor().execute(SchemaManager.get_schema())
    connection.exec_driver_sql("SET LOCAL search_path = DEFAULT")
    for what in ("SCHEMA jobs", "ALL TABLES IN SCHEMA jobs", "ALL SEQUENCES IN SCHEMA jobs"):
        rights = "USAGE" if what.startswith("SCHEMA") else "ALL"
        op.execute(f"GRANT {rights} ON {what} TO {Role.SERVICE}")
