"""Chores that nobody seems to do are remembered by chance: those that wait for good never hide a younger one."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0021"
down_revision = "0020"

UNTIDY = "(file_id IS NOT NULL OR uploading_since IS NOT NULL)"
IS_TO_REMOVE = """(removed_at IS NULL OR (removed_at < now() - interval '3 days' AND NOT EXISTS (
  SELECT FROM app.assets a WHERE a.training_id = found.id AND a.status = 'kept')))"""


def upgrade() -> None:
    """Remember the same chores as before, so many of each kind, any of them in place of the oldest."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its function
    op.execute("DROP FUNCTION app.forgotten_chores")
    look_up(
        "forgotten_chores(older_than interval, most integer)",
        "TABLE (chore text, owner_id uuid, id uuid)",
        f"""{_some("send_order", "orders", "created_at", "status IN ('recorded', 'sending')")}
            UNION ALL {_some("call_off", "orders", "cancel_asked_at", "ended_at IS NULL")}
            UNION ALL {_some("call_off", "orders", "stray_since", "stray_since IS NOT NULL")}
            UNION ALL {_some("examine_selfie", "selfies", "created_at", "status = 'examining'")}
            UNION ALL {_some("keep_asset", "assets", "created_at", "status = 'fetching'")}
            UNION ALL {_some("tidy_order", "orders", "ended_at", UNTIDY)}
            UNION ALL {_some("remove_model", "trainings", "removal_asked_at", IS_TO_REMOVE)}""",
        role=Role.SERVICE,
    )
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")


def _some(chore: str, table: str, since: str, condition: str) -> str:
    """Return the query for some rows that wait for a chore: many of one kind never hide those of another."""
    waiting = f"{since} < now() - older_than AND {condition} ORDER BY random() LIMIT most"
    return f"(SELECT '{chore}', owner_id, id FROM app.{table} found WHERE {waiting})"  # noqa: S608 -- words of this file
