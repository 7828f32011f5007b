"""An order knows whose its job is, since when the engine says it has none, and that photos are on their way there."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0014"
down_revision = "0013"

UNTIDY = "(file_id IS NOT NULL OR uploading_since IS NOT NULL)"
# What a job may not fill when it writes an order down (migration 0012), and what is new among it.
SET_LATER = (
    "job_id, file_id, doubt, sent_at, lost_at, heard_at, cancel_asked_at, silent_since, silent_at, stray_since, "
    "ended_at, version, account, unknown_since, uploading_since, waits_until"
)


def upgrade() -> None:
    """Make the columns, and have photos remembered from the moment at which they are handed over."""
    op.execute("ALTER TABLE app.orders ADD COLUMN account varchar")
    for name in ("unknown_since", "uploading_since", "waits_until"):
        op.execute(f"ALTER TABLE app.orders ADD COLUMN {name} timestamptz")
    op.execute(f"GRANT UPDATE (account, unknown_since, uploading_since, waits_until) ON app.orders TO {Role.SERVICE}")
    op.execute("DROP POLICY as_it_begins ON app.orders")
    op.execute(
        f"CREATE POLICY as_it_begins ON app.orders AS RESTRICTIVE FOR INSERT TO {Role.SERVICE} WITH CHECK ("
        f"(kind = 'prediction' OR retry_of IS NOT NULL) AND status = 'recorded' AND num_nonnulls({SET_LATER}) = 0)"
    )
    op.execute("DROP INDEX app.orders_untidy")
    op.execute(f"CREATE INDEX orders_untidy ON app.orders (ended_at) WHERE {UNTIDY}")
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its function
    op.execute(f"GRANT SELECT (uploading_since) ON app.orders TO {LOOKUP}")
    _forgotten()
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")


def _forgotten() -> None:
    """As it was, and of photos also whose name at the engine nobody wrote down."""
    is_to_remove = """(removed_at IS NULL OR (removed_at < now() - interval '3 days' AND NOT EXISTS (
      SELECT FROM app.assets a WHERE a.training_id = found.id AND a.status = 'kept')))"""
    op.execute("DROP FUNCTION app.forgotten_chores")
    look_up(
        "forgotten_chores(older_than interval, most integer)",
        "TABLE (chore text, owner_id uuid, id uuid)",
        f"""{_oldest("send_order", "orders", "created_at", "status IN ('recorded', 'sending')")}
            UNION ALL {_oldest("call_off", "orders", "cancel_asked_at", "ended_at IS NULL")}
            UNION ALL {_oldest("call_off", "orders", "stray_since", "stray_since IS NOT NULL")}
            UNION ALL {_oldest("examine_selfie", "selfies", "created_at", "status = 'examining'")}
            UNION ALL {_oldest("keep_asset", "assets", "created_at", "status = 'fetching'")}
            UNION ALL {_oldest("tidy_order", "orders", "ended_at", UNTIDY)}
            UNION ALL {_oldest("remove_model", "trainings", "removal_asked_at", is_to_remove)}""",
        role=Role.SERVICE,
    )


def _oldest(chore: str, table: str, since: str, condition: str) -> str:
    """Return the query for the oldest rows that wait for a chore: many of one kind never hide those of another."""
    waiting = f"{since} < now() - older_than AND {condition} ORDER BY {since} LIMIT most"
    return f"(SELECT '{chore}', owner_id, id FROM app.{table} found WHERE {waiting})"  # noqa: S608 -- words of this file
