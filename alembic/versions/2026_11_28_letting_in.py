"""The mail by which somebody who has lost what opens their account is let in again may be given a link."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Name its kind among those that a job gives a link to (`called_for`, 0010)."""
    op.execute("DROP POLICY called_for ON app.mails")
    op.execute(
        f"CREATE POLICY called_for ON app.mails AS RESTRICTIVE FOR UPDATE TO {Role.SERVICE} "
        "USING (sent_at IS NULL OR token_hash IS NULL) "
        "WITH CHECK (token_hash IS NULL OR kind IN ('confirm', 'reset', 'let_in'))"
    )
