"""Ways in besides a password: passkeys, accounts elsewhere, and what is kept while a browser is away at either."""

from __future__ import annotations

from alembic import op
from portrait_app.database.address import Role
from portrait_app.database.walls import LOOKUP, look_up, open_to_look_ups, secure_table

revision = "0003"
down_revision = "0002"

OWNED = "id uuid NOT NULL PRIMARY KEY, owner_id uuid NOT NULL, created_at timestamptz NOT NULL, UNIQUE (id, owner_id)"
OF_ACCOUNT = "FOREIGN KEY (owner_id) REFERENCES app.accounts (id) ON DELETE CASCADE"


def upgrade() -> None:
    """Make the tables, each with its wall, and the look-ups that sign somebody in."""
    op.execute(f"GRANT CREATE ON SCHEMA app TO {LOOKUP}")  # only while this migration gives it its functions
    _errands()
    _passkeys()
    _identities()
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {LOOKUP}")


def _errands() -> None:
    """Nobody's yet, since nobody has signed in: no role reads them, and whoever knows the words takes one once."""
    op.execute(
        "CREATE TABLE app.errands (key_hash bytea PRIMARY KEY, kept jsonb NOT NULL, expires_at timestamptz NOT NULL)"
    )
    op.execute("CREATE INDEX errands_to_forget ON app.errands (expires_at)")
    op.execute("ALTER TABLE app.errands ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE app.errands FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON app.errands TO {LOOKUP}")
    op.execute(f"CREATE POLICY look_up ON app.errands TO {LOOKUP} USING (true) WITH CHECK (true)")
    look_up(
        "leave_errand(hash bytea, note jsonb, lifetime interval)",
        "void",
        """DELETE FROM app.errands WHERE key_hash IN (
             SELECT key_hash FROM app.errands WHERE expires_at < now() LIMIT 100 FOR UPDATE SKIP LOCKED);
           INSERT INTO app.errands VALUES (hash, note, now() + lifetime)""",
        role=Role.USER,
    )
    look_up(
        "take_errand(hash bytea)",
        "TABLE (kept jsonb, is_in_time boolean)",
        "DELETE FROM app.errands WHERE key_hash = hash RETURNING kept, expires_at > now()",
        role=Role.USER,
    )


def _passkeys() -> None:
    op.execute(
        f"CREATE TABLE app.passkeys ({OWNED}, name varchar NOT NULL, credential_id bytea NOT NULL, "
        "public_key bytea NOT NULL, sign_count bigint NOT NULL, is_synced boolean NOT NULL, used_at timestamptz, "
        f"{OF_ACCOUNT})"
    )
    op.execute("CREATE UNIQUE INDEX passkeys_credential ON app.passkeys (credential_id)")
    op.execute("CREATE INDEX passkeys_of_owner ON app.passkeys (owner_id, id)")
    secure_table("passkeys", owner="owner_id", user="SELECT, INSERT, DELETE, UPDATE (name, sign_count, used_at)")
    open_to_look_ups("passkeys", "id, owner_id, credential_id, public_key, sign_count")
    look_up(
        "passkey_of(credential bytea)",
        "TABLE (id uuid, owner_id uuid, public_key bytea, sign_count bigint)",
        "SELECT id, owner_id, public_key, sign_count FROM app.passkeys WHERE credential_id = credential",
        role=Role.USER,
    )


def _identities() -> None:
    op.execute(
        f"CREATE TABLE app.identities ({OWNED}, provider varchar NOT NULL, issuer varchar NOT NULL, "
        f"subject varchar NOT NULL, label varchar NOT NULL, used_at timestamptz, {OF_ACCOUNT})"
    )
    op.execute("CREATE UNIQUE INDEX identities_subject ON app.identities (issuer, subject)")
    op.execute("CREATE INDEX identities_of_owner ON app.identities (owner_id, id)")
    secure_table("identities", owner="owner_id", user="SELECT, INSERT, DELETE, UPDATE (label, used_at)")
    open_to_look_ups("identities", "id, owner_id, issuer, subject")
    look_up(
        "identity_of(by_issuer text, of_subject text)",
        "TABLE (id uuid, owner_id uuid)",
        "SELECT id, owner_id FROM app.identities WHERE issuer = by_issuer AND subject = of_subject",
        role=Role.USER,
    )
    # An account whose own address was never proven may belong to whoever typed that address first: it is not found.
    look_up(
        "verified_account_at(address text)",
        "TABLE (id uuid)",
        "SELECT id FROM app.accounts WHERE email = lower(address) AND verified_at IS NOT NULL",
        role=Role.USER,
    )
