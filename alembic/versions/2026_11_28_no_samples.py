"""The planner's statistics hold nothing of a person: samples of columns outlive the rows that they were taken of."""

from __future__ import annotations

from alembic import op
from portrait_app.database.walls import OWNER, take_no_samples

revision = "0017"
down_revision = "0016"

_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r'"
_OF_JOBS = ("args", "lock", "queueing_lock")
_TAKEN = """
DELETE FROM pg_statistic USING pg_attribute
WHERE attrelid = starelid AND attnum = staattnum AND attstattarget = 0
AND starelid IN (SELECT oid FROM pg_class WHERE relnamespace IN ('app'::regnamespace, 'jobs'::regnamespace))
"""


def upgrade() -> None:
    """Take no samples of what names a person or is theirs, and forget those that were taken, where that is allowed."""
    connection = op.get_bind()
    for table in connection.exec_driver_sql(_TABLES).scalars().all():
        take_no_samples(table)
    for column in _OF_JOBS:
        op.execute(f"ALTER TABLE jobs.procrastinate_jobs ALTER COLUMN {column} SET STATISTICS 0")
    op.execute("RESET ROLE")
    if connection.exec_driver_sql("SELECT rolsuper FROM pg_roles WHERE rolname = session_user").scalar_one():
        op.execute(_TAKEN)
    op.execute(f"SET LOCAL ROLE {OWNER}")
