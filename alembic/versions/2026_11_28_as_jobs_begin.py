"""Jobs write rows down as they begin, and nothing else: no portrait that was kept, no order that was sent."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role

revision = "0012"
down_revision = "0011"

# A column grant on INSERT would say it by names. The mapper names every column of a row, so it is said by what may
# stand in them: in those that a job doesn't fill when it writes a row down, what a row begins with.
BEGINNINGS = {
    # A person orders; a job orders the first set of a face that it saw learned.
    "generations": "is_first_set AND status = 'queued' AND trouble IS NULL AND ended_at IS NULL",
    "assets": "status = 'pending' AND mime = '' AND bytes = 0 AND colour = '' AND coalesce(face, 'null') = 'null' "
    "AND num_nonnulls(source_url, key, likeness, loss, trouble, kept_at, deleted_at, purge_asked_at) = 0",
    # A person has a face learned; a job sends that once more, in the place of an order that came to nothing.
    "orders": "(kind = 'prediction' OR retry_of IS NOT NULL) AND status = 'recorded' AND num_nonnulls(job_id, file_id, "
    "doubt, sent_at, lost_at, heard_at, cancel_asked_at, silent_since, silent_at, stray_since, ended_at, version) = 0",
}


def upgrade() -> None:
    """Narrow what a job may insert."""
    for table, beginning in BEGINNINGS.items():
        op.execute(
            f"CREATE POLICY as_it_begins ON app.{table} AS RESTRICTIVE FOR INSERT TO {Role.SERVICE} "
            f"WITH CHECK ({beginning})"
        )
