"""Narrower grants: look-ups for their own role alone, columns that jobs write, and rows that they were called for."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, OWNER, SEARCH_PATH

revision = "0010"
down_revision = "0009"

# A function is called by one role; `uid` by both. Those made from here on get it from `look_up`.
OF_USER = (
    "appoint_operator", "identity_of", "invite_of", "is_empty", "leave_errand", "link_of", "passkey_of", "password_of",
    "session_of", "take_address", "take_errand", "take_try", "uid", "usage", "use_invite", "use_link",
    "verified_account_at",
)  # fmt: skip
OF_SERVICE = (
    "count_up", "counted", "doubts", "due_deletions", "farewell", "forget_deliveries", "forget_tries",
    "forgotten_chores", "forgotten_exports", "forgotten_leavers", "forgotten_mails", "left_at_engine", "note_farewell",
    "owner_of_order", "part", "stop_turns", "take_orders_to_look_at", "take_turn", "uid", "usual_training",
)  # fmt: skip
# What `services/` assign where a job is at work. Neither ids nor owners, parents, names, prompts or what was asked for.
WRITTEN_BY_JOBS = {
    "trainings": "status, phase, percent, ends_at, is_estimate, usual_most_s, tail_s, stepped_at, heard_at, ended_at, "
    "version, trouble, identity, photos_deleted_at, deleted_at, removal_asked_at, removed_at",
    "selfies": "status, hints, refusal, seen, incoming_key, key, width, height, colour",
    "generations": "status, trouble, ended_at",
    "assets": "status, source_url, key, mime, bytes, width, height, colour, likeness, loss, trouble, kept_at, "
    "face, purge_asked_at",
    "orders": "status, job_id, fingerprint, file_id, attempts, doubt, sent_at, lost_at, heard_at, cancel_asked_at, "
    "look_at, silent_since, silent_at, stray_since, ended_at, version",
}
READ_OF_ACCOUNTS = (
    "id, email, name, look, created_at, verified_at, leave_at, photos_stay_days, "
    "preferences, picture_id, usual_model_id"  # all but the password's hash
)


def upgrade() -> None:
    """Take away what was open by mistake, and what nobody uses."""
    _functions()
    _columns_of_jobs()
    _rows_of_jobs()
    _queue()
    # The key of a row is unique among its owner's: what is refused must not tell that another person has such a row.
    op.execute("ALTER TABLE app.assets DROP CONSTRAINT assets_generation_id_position_key")
    op.execute("ALTER TABLE app.assets ADD UNIQUE (owner_id, generation_id, position)")


def _functions() -> None:
    """They were handed over before PUBLIC was shut out, and Postgres only warned."""
    op.execute(f"SET LOCAL ROLE {LOOKUP}")
    made = f"SELECT oid::regprocedure::text FROM pg_proc WHERE proowner = '{LOOKUP}'::regrole"  # noqa: S608 -- our word
    for name in op.get_bind().exec_driver_sql(made).scalars().all():
        op.execute(f"ALTER FUNCTION {name} SET search_path = {SEARCH_PATH}")
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    for role, names in ((Role.USER, OF_USER), (Role.SERVICE, OF_SERVICE)):
        for name in names:
            op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {role.value}")
    op.execute(f"SET LOCAL ROLE {OWNER}")


def _columns_of_jobs() -> None:
    for table, columns in WRITTEN_BY_JOBS.items():
        op.execute(f"REVOKE UPDATE ON app.{table} FROM {Role.SERVICE}")
        op.execute(f"GRANT UPDATE ({columns}) ON app.{table} TO {Role.SERVICE}")
    op.execute(f"REVOKE DELETE ON app.deliveries FROM {Role.SERVICE}")
    op.execute(f"REVOKE SELECT ON app.accounts FROM {Role.SERVICE}")  # noqa: S608 -- no query
    op.execute(f"GRANT SELECT ({READ_OF_ACCOUNTS}) ON app.accounts TO {Role.SERVICE}")


def _rows_of_jobs() -> None:
    """Of the rows of the person in whose name it works, a job changes for good those alone that it was called for."""
    service = Role.SERVICE.value
    op.execute(
        f"CREATE POLICY called_for ON app.mails AS RESTRICTIVE FOR UPDATE TO {service} "
        "USING (sent_at IS NULL OR token_hash IS NULL) WITH CHECK (token_hash IS NULL OR kind IN ('confirm', 'reset'))"
    )
    op.execute(
        f"CREATE POLICY called_for ON app.trainings AS RESTRICTIVE FOR DELETE TO {service} "
        "USING (removal_asked_at IS NOT NULL)"
    )


def _queue() -> None:
    """Who works on the queue needs its rows and functions; whoever else connects needs nothing of it."""
    op.execute("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA jobs FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO {Role.SERVICE}")
    op.execute(f"REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA jobs FROM {Role.SERVICE}")
    op.execute(f"REVOKE UPDATE ON ALL SEQUENCES IN SCHEMA jobs FROM {Role.SERVICE}")
