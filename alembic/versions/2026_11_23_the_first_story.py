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
    # PL/pgSQL keeps its plan for as long as the connection lives; the same in SQL takes three times as long, and every
    # query of a table asks. What isn't signed is compared with the signature and with nothing else.
    op.execute(
        """
        CREATE FUNCTION app.uid() RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
        AS $$
        DECLARE
          part text[] := string_to_array(current_setting('app.actor', true), '.');
        BEGIN
          IF array_length(part, 1) = 3 AND EXISTS (
            SELECT FROM app.actor_keys WHERE part[3] = encode(
              sha256(key || sha256(key || convert_to(part[1] || '.' || part[2], 'UTF8'))), 'hex'))
          THEN
            RETURN CASE WHEN part[2]::bigint > extract(epoch FROM now()) THEN part[1]::uuid END;
          END IF;
          RETURN NULL;
        END
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
        "phase varchar NOT NULL, percent double precision NOT NULL, "
        "ends_at timestamptz, is_estimate boolean NOT NULL, usual_most_s double precision, "
        "tail_s double precision NOT NULL, stepped_at timestamptz, "
        "heard_at timestamptz, started_at timestamptz, ended_at timestamptz, version varchar, trouble varchar, "
        "removal_asked_at timestamptz, removed_at timestamptz, "
        "FOREIGN KEY (owner_id) REFERENCES app.accounts (id) ON DELETE CASCADE)"
    )
    op.execute("CREATE INDEX trainings_of_owner ON app.trainings (owner_id, id)")
    # Photos that arrive together for the first time all find the same draft.
    op.execute("CREATE UNIQUE INDEX trainings_one_draft ON app.trainings (owner_id) WHERE status = 'draft'")
    secure_table("trainings", owner="owner_id", user=ALL, service="SELECT, UPDATE, DELETE")
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
        "colour varchar NOT NULL, likeness double precision, loss varchar, trouble varchar, kept_at timestamptz, "
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
        "tries integer NOT NULL, retry_of uuid, doubt varchar, sent_at timestamptz, lost_at timestamptz, "
        "heard_at timestamptz, cancel_asked_at timestamptz, look_at timestamptz, silent_since timestamptz, "
        "silent_at timestamptz, stray_since timestamptz, ended_at timestamptz, version varchar, "
        "FOREIGN KEY (retry_of, owner_id) REFERENCES app.orders (id, owner_id) ON DELETE CASCADE, "
        "FOREIGN KEY (training_id, owner_id) REFERENCES app.trainings (id, owner_id) ON DELETE CASCADE, "
        "FOREIGN KEY (generation_id, owner_id) REFERENCES app.generations (id, owner_id) ON DELETE CASCADE)"
    )
    op.execute("CREATE INDEX orders_of_owner ON app.orders (owner_id, id)")
    op.execute("CREATE INDEX orders_to_look_at ON app.orders (look_at) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX orders_of_generation ON app.orders (owner_id, generation_id)")
    # Two jobs under way must never answer to one fingerprint: a lost one could not be told from the other.
    op.execute("CREATE UNIQUE INDEX orders_fingerprint ON app.orders (kind, fingerprint) WHERE ended_at IS NULL")
    secure_table(
        "orders", owner="owner_id", user="SELECT, INSERT, UPDATE (cancel_asked_at)", service="SELECT, INSERT, UPDATE"
    )
    op.execute(
        f"CREATE TABLE app.deliveries ({OWNED}, webhook_id varchar NOT NULL UNIQUE, order_id uuid NOT NULL, "
        "FOREIGN KEY (order_id, owner_id) REFERENCES app.orders (id, owner_id) ON DELETE CASCADE)"
    )
    op.execute(
        "CREATE TABLE app.watchers (owner_id uuid PRIMARY KEY, until timestamptz NOT NULL, "
        "FOREIGN KEY (owner_id) REFERENCES app.accounts (id) ON DELETE CASCADE)"
    )
    secure_table("watchers", owner="owner_id", user="SELECT, INSERT, UPDATE (until)")
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
    open_to_look_ups(
        "orders",
        "id, owner_id, kind, status, job_id, file_id, sent_at, look_at, heard_at, cancel_asked_at, stray_since, "
        "ended_at, doubt, created_at",
        update="look_at, heard_at",
    )
    open_to_look_ups("watchers", "owner_id, until")
    look_up(
        "owner_of_order(order_id uuid, job text)",
        "TABLE (id uuid, owner_id uuid)",
        "SELECT id, owner_id FROM app.orders WHERE id = order_id OR job_id = job",
        role=Role.SERVICE,
    )
    # Whoever takes an order to look at puts its next look off in the same breath: one question a job, however many
    # ask. Somebody's open tab makes it due as soon as nothing was heard of it for a moment.
    look_up(
        "take_orders_to_look_at(most integer, again_after interval)",
        "TABLE (id uuid, owner_id uuid, kind text, job_id text, status text, sent_at timestamptz)",
        """UPDATE app.orders o
           SET look_at = now() + greatest(again_after, least('60s', (now() - o.created_at) / 20)), heard_at = now()
           WHERE o.id IN (
             SELECT due.id FROM app.orders due
             WHERE due.ended_at IS NULL AND (due.look_at <= now() OR (
               due.look_at IS NOT NULL AND due.heard_at <= now() - again_after AND EXISTS (
                 SELECT FROM app.watchers w WHERE w.owner_id = due.owner_id AND w.until > now())))
             ORDER BY due.look_at LIMIT most FOR UPDATE SKIP LOCKED)
           RETURNING o.id, o.owner_id, o.kind::text, o.job_id::text, o.status::text,
             coalesce(o.sent_at, o.created_at)""",
        role=Role.SERVICE,
    )
    _pace()
    open_to_look_ups("selfies", "id, owner_id, status, created_at")
    open_to_look_ups("assets", "id, owner_id, training_id, status, created_at")
    open_to_look_ups(
        "trainings", "id, owner_id, trainer, status, started_at, stepped_at, ended_at, removal_asked_at, removed_at"
    )
    # A face model's line is removed for good three days after its own end, unless portraits of it are kept.
    is_to_remove = """(removed_at IS NULL OR (removed_at < now() - interval '3 days' AND NOT EXISTS (
      SELECT FROM app.assets a WHERE a.training_id = found.id AND a.status = 'kept')))"""
    look_up(
        "forgotten_chores(older_than interval, most integer)",
        "TABLE (chore text, owner_id uuid, id uuid)",
        f"""{_oldest("send_order", "orders", "created_at", "status IN ('recorded', 'sending')")}
            UNION ALL {_oldest("call_off", "orders", "cancel_asked_at", "ended_at IS NULL")}
            UNION ALL {_oldest("call_off", "orders", "stray_since", "stray_since IS NOT NULL")}
            UNION ALL {_oldest("examine_selfie", "selfies", "created_at", "status = 'examining'")}
            UNION ALL {_oldest("keep_asset", "assets", "created_at", "status = 'fetching'")}
            UNION ALL {_oldest("tidy_order", "orders", "ended_at", "file_id IS NOT NULL")}
            UNION ALL {_oldest("remove_model", "trainings", "removal_asked_at", is_to_remove)}""",
        role=Role.SERVICE,
    )
    op.execute("CREATE INDEX orders_unsent ON app.orders (created_at) WHERE status IN ('recorded', 'sending')")
    op.execute("CREATE INDEX orders_to_call_off ON app.orders (cancel_asked_at) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX orders_stray ON app.orders (stray_since) WHERE stray_since IS NOT NULL")
    op.execute("CREATE INDEX orders_untidy ON app.orders (ended_at) WHERE file_id IS NOT NULL")
    op.execute("CREATE INDEX trainings_to_remove ON app.trainings (removal_asked_at)")
    op.execute("CREATE INDEX assets_of_training ON app.assets (training_id)")
    op.execute("CREATE INDEX selfies_unexamined ON app.selfies (created_at) WHERE status = 'examining'")
    op.execute("CREATE INDEX assets_unkept ON app.assets (created_at) WHERE status = 'fetching'")
    # How long trainings take here: figures over many of them, and nothing when there are fewer than three.
    look_up(
        "usual_training(of_trainer text)",
        "TABLE (middle_s double precision, most_s double precision, tail_s double precision)",
        """SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - started_at)),
             percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - started_at)),
             percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - stepped_at))
           FROM (SELECT started_at, stepped_at, ended_at FROM app.trainings
             WHERE trainer = of_trainer AND status = 'ready' AND started_at IS NOT NULL AND ended_at IS NOT NULL
             ORDER BY ended_at DESC LIMIT 50) AS newest HAVING count(*) >= 3""",
        role=Role.SERVICE,
    )
    op.execute("CREATE INDEX trainings_ended ON app.trainings (trainer, ended_at) WHERE status = 'ready'")
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")


def _oldest(chore: str, table: str, since: str, condition: str) -> str:
    """Return the query for the oldest rows that wait for a chore: many of one kind never hide those of another."""
    waiting = f"{since} < now() - older_than AND {condition} ORDER BY {since} LIMIT most"
    return f"(SELECT '{chore}', owner_id, id FROM app.{table} found WHERE {waiting})"  # noqa: S608 -- words of this file


def _pace() -> None:
    """What all workers of all hosts share when they speak to the engine, and what is counted for the operator."""
    op.execute("CREATE TABLE app.paces (call varchar PRIMARY KEY, free_at timestamptz NOT NULL)")
    op.execute("CREATE TABLE app.counts (name varchar PRIMARY KEY, number bigint NOT NULL)")
    for table in ("paces", "counts"):
        op.execute(f"ALTER TABLE app.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE app.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON app.{table} TO {LOOKUP}")
        op.execute(f"CREATE POLICY look_up ON app.{table} TO {LOOKUP} USING (true) WITH CHECK (true)")
    # The generic cell rate algorithm (ITU-T I.371): `free_at` moves on by a step a call, and may run ahead of the
    # clock by the burst. A call that comes too early moves nothing and is told how many seconds to wait.
    look_up(
        "take_turn(what text, step interval, burst interval)",
        "double precision",
        """WITH taken AS (
             INSERT INTO app.paces AS p VALUES (what, clock_timestamp() + step)
             ON CONFLICT (call) DO UPDATE SET free_at = greatest(p.free_at, clock_timestamp()) + step
             WHERE p.free_at <= clock_timestamp() + burst RETURNING 1)
           SELECT CASE WHEN EXISTS (SELECT FROM taken) THEN 0 ELSE coalesce((
             SELECT greatest(0.01, extract(epoch FROM p.free_at - clock_timestamp() - burst))
             FROM app.paces p WHERE p.call = what), extract(epoch FROM step)) END""",  # the very first's row isn't seen
        role=Role.SERVICE,
    )
    look_up(
        "stop_turns(what text, until_then interval)",
        "void",
        """INSERT INTO app.paces AS p VALUES (what, clock_timestamp() + until_then)
           ON CONFLICT (call) DO UPDATE SET free_at = greatest(p.free_at, excluded.free_at)""",
        role=Role.SERVICE,
    )
    # A signature is believed for five minutes: after that a delivery can't come again, and its id is of no use.
    op.execute(f"GRANT SELECT (created_at), DELETE ON app.deliveries TO {LOOKUP}")
    op.execute(f"CREATE POLICY look_up ON app.deliveries TO {LOOKUP} USING (true)")
    look_up(
        "forget_deliveries(older_than interval)",
        "void",
        "DELETE FROM app.deliveries WHERE created_at < now() - older_than",
        role=Role.SERVICE,
    )
    look_up(
        "count_up(what text)",
        "void",
        "INSERT INTO app.counts AS c VALUES (what, 1) ON CONFLICT (name) DO UPDATE SET number = c.number + 1",
        role=Role.SERVICE,
    )
    look_up(
        "counted()",
        "TABLE (name text, number bigint)",
        "SELECT name::text, number FROM app.counts "
        "UNION ALL SELECT 'orders in doubt', count(*) FROM app.orders WHERE doubt IS NOT NULL "
        "UNION ALL SELECT 'face models whose deletion is not confirmed', count(*) FROM app.trainings "
        "WHERE removed_at IS NULL AND removal_asked_at < now() - interval '1 hour'",
        role=Role.SERVICE,
    )


def _jobs() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql("SET LOCAL search_path = jobs")
    connection.connection.cursor().execute(SchemaManager.get_schema())
    connection.exec_driver_sql("SET LOCAL search_path = DEFAULT")
    for what in ("SCHEMA jobs", "ALL TABLES IN SCHEMA jobs", "ALL SEQUENCES IN SCHEMA jobs"):
        rights = "USAGE" if what.startswith("SCHEMA") else "ALL"
        op.execute(f"GRANT {rights} ON {what} TO {Role.SERVICE}")
