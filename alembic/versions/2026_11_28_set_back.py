"""A clock that is set back holds nothing up: what it makes seem to come later is due at once."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0027"
down_revision = "0024"

UNTIDY = "(file_id IS NOT NULL OR uploading_since IS NOT NULL)"
IS_TO_REMOVE = """(removed_at IS NULL OR (removed_at < now() - interval '3 days' AND NOT EXISTS (
  SELECT FROM app.assets a WHERE a.training_id = found.id AND a.status = 'kept')))"""
# By no more do moments of one clock differ that were written side by side.
WAS_SET = "interval '1 minute'"


def upgrade() -> None:
    """Tell what lies later than anything is put off, or was written later than now, from what waits."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    _look()
    _pace()
    _chores()
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")


def _look() -> None:
    op.execute("DROP FUNCTION app.take_orders_to_look_at(integer, interval)")
    look_up(
        "take_orders_to_look_at(most integer, again_after interval)",
        "TABLE (id uuid, owner_id uuid, kind text, job_id text, status text, sent_at timestamptz)",
        """UPDATE app.orders o
           SET look_at = now() + greatest(least(again_after, '1 hour'), least('60s', (now() - o.created_at) / 20)),
             heard_at = now()
           WHERE o.id IN (
             SELECT due.id FROM app.orders due
             WHERE due.ended_at IS NULL AND (due.look_at <= now()
               OR due.look_at > now() + greatest(least(again_after, '1 hour'), '60s') + interval '1 minute' OR (
               due.look_at IS NOT NULL AND due.heard_at <= now() - greatest(again_after, '0') AND EXISTS (
                 SELECT FROM app.watchers w WHERE w.owner_id = due.owner_id AND w.until > now())))
             ORDER BY due.look_at LIMIT most FOR UPDATE SKIP LOCKED)
           RETURNING o.id, o.owner_id, o.kind::text, o.job_id::text, o.status::text,
             coalesce(o.sent_at, o.created_at)""",
        role=Role.SERVICE,
    )


def _pace() -> None:
    """`said_at` is when a turn was last taken or stopped: `free_at` is as far ahead of that as it was meant to be."""
    op.execute("ALTER TABLE app.paces ADD COLUMN said_at timestamptz NOT NULL DEFAULT clock_timestamp()")
    for signature in ("take_turn(text, interval, interval)", "stop_turns(text, interval)"):
        op.execute(f"DROP FUNCTION app.{signature}")
    free_at = f"""(p.free_at - CASE WHEN p.said_at > clock_timestamp() + {WAS_SET}
      THEN p.said_at - clock_timestamp() ELSE '0' END)"""
    look_up(
        "take_turn(what text, step interval, burst interval)",
        "double precision",
        f"""WITH taken AS (
             INSERT INTO app.paces AS p VALUES (what, clock_timestamp() + step)
             ON CONFLICT (call) DO UPDATE
             SET free_at = greatest({free_at}, clock_timestamp()) + step, said_at = clock_timestamp()
             WHERE {free_at} <= clock_timestamp() + burst RETURNING 1)
           SELECT CASE WHEN EXISTS (SELECT FROM taken) THEN 0 ELSE coalesce((
             SELECT greatest(0.01, extract(epoch FROM {free_at} - clock_timestamp() - burst))
             FROM app.paces p WHERE p.call = what), extract(epoch FROM step)) END""",  # noqa: S608 -- words of this file; the very first's row isn't seen
        role=Role.SERVICE,
    )
    look_up(
        "stop_turns(what text, until_then interval)",
        "void",
        f"""INSERT INTO app.paces AS p VALUES (what, clock_timestamp() + least(until_then, '1 day'))
           ON CONFLICT (call) DO UPDATE
           SET free_at = greatest({free_at}, excluded.free_at), said_at = excluded.said_at""",  # noqa: S608 -- words of this file
        role=Role.SERVICE,
    )


def _chores() -> None:
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


def _some(chore: str, table: str, since: str, condition: str) -> str:
    """Return the query for some rows that wait for a chore: many of one kind never hide those of another."""
    is_old = f"({since} < now() - older_than OR {since} > now() + {WAS_SET})"
    waiting = f"{is_old} AND {condition} ORDER BY random() LIMIT most"
    return f"(SELECT '{chore}', owner_id, id FROM app.{table} found WHERE {waiting})"  # noqa: S608 -- words of this file
