"""Owning one's face: a word given before the first photo, a Trash, and how long photos stay."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up, secure_table

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table and the columns, and what says that the time of something is over."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    _consents()
    _trash()
    _photos()
    _due()
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")


def _consents() -> None:
    op.execute(
        "CREATE TABLE app.consents (id uuid NOT NULL PRIMARY KEY, owner_id uuid NOT NULL, "
        "text_version varchar NOT NULL, given_at timestamptz NOT NULL DEFAULT now(), withdrawn_at timestamptz, "
        "UNIQUE (id, owner_id), FOREIGN KEY (owner_id) REFERENCES app.accounts (id) ON DELETE CASCADE)"
    )
    op.execute("CREATE INDEX consents_of_owner ON app.consents (owner_id, id)")
    # One word a version at a time: two tabs that answer together give it once.
    op.execute("CREATE UNIQUE INDEX consents_one ON app.consents (owner_id, text_version) WHERE withdrawn_at IS NULL")
    # It is added to and never rewritten: when it was given is the database's to say, and what was taken back stays so.
    secure_table(
        "consents",
        owner="owner_id",
        user="SELECT, INSERT (id, owner_id, text_version), UPDATE (withdrawn_at)",
        service="SELECT",
    )
    op.execute(
        f"CREATE POLICY {Role.USER.value}_once ON app.consents AS RESTRICTIVE FOR UPDATE TO {Role.USER.value} "
        "USING (owner_id = (SELECT app.uid()) AND withdrawn_at IS NULL) WITH CHECK (withdrawn_at = now())"
    )


def _trash() -> None:
    for table in ("trainings", "assets"):
        op.execute(f"ALTER TABLE app.{table} ADD COLUMN deleted_at timestamptz")
        op.execute(f"CREATE INDEX {table}_in_trash ON app.{table} (deleted_at) WHERE deleted_at IS NOT NULL")
        op.execute(f"GRANT SELECT (deleted_at) ON app.{table} TO {LOOKUP}")
    op.execute("ALTER TABLE app.assets ADD COLUMN purge_asked_at timestamptz")
    op.execute(f"GRANT SELECT (purge_asked_at) ON app.assets TO {LOOKUP}")
    op.execute(f"GRANT DELETE ON app.assets TO {Role.SERVICE.value}")
    op.execute("DROP FUNCTION app.usage()")
    look_up(
        "usage()",
        "TABLE (accounts bigint, active bigint, trainings bigint, portraits bigint)",
        """SELECT (SELECT count(*) FROM app.accounts),
             (SELECT count(DISTINCT owner_id) FROM app.sessions WHERE seen_at > now() - interval '7 days'),
             (SELECT count(*) FROM app.trainings WHERE status <> 'draft' AND deleted_at IS NULL),
             (SELECT count(*) FROM app.assets WHERE status = 'kept' AND deleted_at IS NULL)
           WHERE EXISTS (SELECT FROM app.operators WHERE owner_id = app.uid())""",
        role=Role.USER,
    )


def _photos() -> None:
    # Nobody who is here already chose to have their photos deleted: theirs stay until they say otherwise.
    op.execute("ALTER TABLE app.accounts ADD COLUMN photos_stay_days integer CHECK (photos_stay_days >= 0)")
    op.execute(f"GRANT UPDATE (photos_stay_days) ON app.accounts TO {Role.USER.value}")
    op.execute(f"GRANT SELECT (photos_stay_days) ON app.accounts TO {LOOKUP}")
    op.execute("ALTER TABLE app.trainings ADD COLUMN identity jsonb, ADD COLUMN photos_deleted_at timestamptz")
    op.execute(
        "CREATE INDEX trainings_over ON app.trainings (ended_at) WHERE status IN ('ready', 'failed', 'canceled')"
    )
    op.execute(f"GRANT SELECT (photos_deleted_at) ON app.trainings TO {LOOKUP}")
    op.execute(f"GRANT SELECT (training_id) ON app.selfies TO {LOOKUP}")


def _due() -> None:
    """Whose time is over, by this database's clock. Whoever does the chore looks once more, at the locked row."""
    look_up(
        "due_deletions(trash_stays interval, try_again_for interval, most integer)",
        "TABLE (chore text, owner_id uuid, id uuid)",
        """(SELECT 'purge_portrait', owner_id, id FROM app.assets
             WHERE deleted_at IS NOT NULL AND (purge_asked_at IS NOT NULL OR deleted_at <= now() - trash_stays)
             ORDER BY deleted_at LIMIT most)
           UNION ALL (SELECT 'purge_model', owner_id, id FROM app.trainings
             WHERE deleted_at <= now() - trash_stays ORDER BY deleted_at LIMIT most)
           UNION ALL (SELECT 'forget_photos', t.owner_id, t.id
             FROM app.trainings t JOIN app.accounts a ON a.id = t.owner_id
             WHERE t.status IN ('ready', 'failed', 'canceled') AND t.removal_asked_at IS NULL
               AND EXISTS (SELECT FROM app.selfies s WHERE s.owner_id = t.owner_id AND s.training_id = t.id)
               AND (t.photos_deleted_at IS NOT NULL OR (a.photos_stay_days IS NOT NULL
                 AND t.ended_at <= now() - CASE t.status
                   WHEN 'ready' THEN make_interval(days => a.photos_stay_days)
                   ELSE greatest(make_interval(days => a.photos_stay_days), try_again_for) END))
             ORDER BY t.ended_at LIMIT most)""",
        role=Role.SERVICE,
    )
