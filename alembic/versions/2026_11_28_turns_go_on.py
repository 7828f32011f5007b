"""A wait for a turn goes on to its end after the clock was set back."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Write down what a wait is by the new clock as soon as somebody asks: else it is as long at each question.

    0027 reckoned from `said_at`, which only a turn that is taken moved on. Whatever was left to wait, a second or an
    hour, was left until that moment had come once more.
    """
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its function
    op.execute("DROP FUNCTION app.take_turn(text, interval, interval)")
    look_up(
        "take_turn(what text, step interval, burst interval)",
        "double precision",
        """UPDATE app.paces SET free_at = free_at - (said_at - clock_timestamp()), said_at = clock_timestamp()
           WHERE call = what AND said_at > clock_timestamp() + interval '1 minute';
           WITH taken AS (
             INSERT INTO app.paces AS p VALUES (what, clock_timestamp() + step)
             ON CONFLICT (call) DO UPDATE
             SET free_at = greatest(p.free_at, clock_timestamp()) + step, said_at = clock_timestamp()
             WHERE p.free_at <= clock_timestamp() + burst RETURNING 1)
           SELECT CASE WHEN EXISTS (SELECT FROM taken) THEN 0 ELSE coalesce((
             SELECT greatest(0.01, extract(epoch FROM p.free_at - clock_timestamp() - burst))
             FROM app.paces p WHERE p.call = what), extract(epoch FROM step)) END""",
        role=Role.SERVICE,
    )
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")
