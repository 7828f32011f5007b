"""What one job asks of everybody's orders holds for a while, whatever it says; and portraits on their way are found."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0025"
down_revision = "0023"


def upgrade() -> None:
    """Bound what these take: with an endless one, injected SQL in one person's job would stop what is everybody's."""
    op.execute("CREATE INDEX assets_coming ON app.assets (owner_id, id) WHERE status IN ('pending', 'fetching')")
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    for signature in ("take_orders_to_look_at(integer, interval)", "stop_turns(text, interval)"):
        op.execute(f"DROP FUNCTION app.{signature}")
    op.execute("DROP FUNCTION app.forget_deliveries(interval)")
    look_up(
        "take_orders_to_look_at(most integer, again_after interval)",
        "TABLE (id uuid, owner_id uuid, kind text, job_id text, status text, sent_at timestamptz)",
        """UPDATE app.orders o
           SET look_at = now() + greatest(least(again_after, '1 hour'), least('60s', (now() - o.created_at) / 20)),
             heard_at = now()
           WHERE o.id IN (
             SELECT due.id FROM app.orders due
             WHERE due.ended_at IS NULL AND (due.look_at <= now() OR (
               due.look_at IS NOT NULL AND due.heard_at <= now() - greatest(again_after, '0') AND EXISTS (
                 SELECT FROM app.watchers w WHERE w.owner_id = due.owner_id AND w.until > now())))
             ORDER BY due.look_at LIMIT most FOR UPDATE SKIP LOCKED)
           RETURNING o.id, o.owner_id, o.kind::text, o.job_id::text, o.status::text,
             coalesce(o.sent_at, o.created_at)""",
        role=Role.SERVICE,
    )
    # The engine says for how long; more than a day of it is asked about anew.
    look_up(
        "stop_turns(what text, until_then interval)",
        "void",
        """INSERT INTO app.paces AS p VALUES (what, clock_timestamp() + least(until_then, '1 day'))
           ON CONFLICT (call) DO UPDATE SET free_at = greatest(p.free_at, excluded.free_at)""",
        role=Role.SERVICE,
    )
    # A signature is believed for five minutes: what is younger is remembered, or else it could be sent once more.
    look_up(
        "forget_deliveries(older_than interval)",
        "void",
        "DELETE FROM app.deliveries WHERE created_at < now() - greatest(older_than, '10 minutes')",
        role=Role.SERVICE,
    )
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")
