"""What the engine made is not its person's to say: no version of a face model, no job that was never ordered."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role

revision = "0023"
down_revision = "0022"

# Read off the code. Of what is made portraits are ordered, and as which job it is asked about: with the name of
# another's, injected SQL would have portraits of another's face made and brought here.
WRITTEN_BY_PEOPLE = (
    "name, status, trainer, phase, percent, ends_at, is_estimate, usual_most_s, tail_s, stepped_at, started_at, "
    "ended_at, trouble, identity, photos_deleted_at, removal_asked_at, deleted_at"
)
BEGINNINGS = {
    "trainings": "num_nonnulls(version, removed_at) = 0",
    "orders": "status = 'recorded' AND num_nonnulls(job_id, file_id, doubt, sent_at, lost_at, heard_at, silent_since, "
    "silent_at, stray_since, ended_at, version, account, unknown_since, uploading_since, waits_until) = 0",
}


def upgrade() -> None:
    """Narrow what a person's own requests may write."""
    op.execute(f"REVOKE UPDATE ON app.trainings FROM {Role.USER}")
    op.execute(f"GRANT UPDATE ({WRITTEN_BY_PEOPLE}) ON app.trainings TO {Role.USER}")
    for table, beginning in BEGINNINGS.items():
        op.execute(
            f"CREATE POLICY as_a_person_begins ON app.{table} AS RESTRICTIVE FOR INSERT TO {Role.USER} "
            f"WITH CHECK ({beginning})"
        )
