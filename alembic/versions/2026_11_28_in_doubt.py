"""An order in doubt ends as that: its photos have their time as well, and the operator sees it in the studio."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0013"
down_revision = "0012"

OVER = "'ready', 'failed', 'canceled', 'in_doubt'"


def upgrade() -> None:
    """Make room for the word, and take away what was written and never read."""
    op.execute("ALTER TABLE app.trainings DROP COLUMN heard_at")
    op.execute("DROP INDEX app.trainings_over")
    op.execute(f"CREATE INDEX trainings_over ON app.trainings (ended_at) WHERE status IN ({OVER})")
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    _due()
    _doubts()
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")


def _due() -> None:
    """As it was, and of a training in doubt as of one that failed."""
    op.execute("DROP FUNCTION app.due_deletions")
    look_up(
        "due_deletions(trash_stays interval, try_again_for interval, most integer)",
        "TABLE (chore text, owner_id uuid, id uuid)",
        f"""(SELECT 'purge_portrait', owner_id, id FROM app.assets
             WHERE deleted_at IS NOT NULL AND (purge_asked_at IS NOT NULL OR deleted_at <= now() - trash_stays)
             ORDER BY deleted_at LIMIT most)
           UNION ALL (SELECT 'purge_model', owner_id, id FROM app.trainings
             WHERE deleted_at <= now() - trash_stays ORDER BY deleted_at LIMIT most)
           UNION ALL (SELECT 'forget_photos', t.owner_id, t.id
             FROM app.trainings t JOIN app.accounts a ON a.id = t.owner_id
             WHERE t.status IN ({OVER}) AND t.removal_asked_at IS NULL
               AND EXISTS (SELECT FROM app.selfies s WHERE s.owner_id = t.owner_id AND s.training_id = t.id)
               AND (t.photos_deleted_at IS NOT NULL OR (a.photos_stay_days IS NOT NULL
                 AND t.ended_at <= now() - CASE t.status
                   WHEN 'ready' THEN make_interval(days => a.photos_stay_days)
                   ELSE greatest(make_interval(days => a.photos_stay_days), try_again_for) END))
             ORDER BY t.ended_at LIMIT most)""",  # noqa: S608 -- words of this file
        role=Role.SERVICE,
    )


def _doubts() -> None:
    """What the operator looks for at the engine, without whose it is; to anybody else it says nothing."""
    look_up(
        "doubts_of_house(most integer)",
        "TABLE (id uuid, kind text, doubt text, since timestamptz)",
        """SELECT id, kind::text, doubt::text, coalesce(sent_at, created_at) FROM app.orders
           WHERE doubt IS NOT NULL AND EXISTS (SELECT FROM app.operators WHERE owner_id = app.uid())
           ORDER BY created_at LIMIT most""",
        role=Role.USER,
    )
