"""Roles, and the wall around each table: what a migration says once for every table it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from alembic import op
from portrait_app.database.address import Role

if TYPE_CHECKING:
    import psycopg

    from portrait_app.database.address import Address

OWNER, LOOKUP = "app_owner", "app_auth"
# Named last, or else a type that somebody made for the length of a session would be found before Postgres's own, and
# what it does would be done as `app_auth`.
SEARCH_PATH = "pg_catalog, pg_temp"
_ROLES_LOCK = 7_210_001
# A process that is stopped, or whose host is gone, in the middle of a transaction keeps the rows that it has locked:
# whoever wants them waits, news of the job too. What changes a store, which may be slow, is done outside of any.
IDLE_AT_MOST = "60s"
# What names a person, and what is said in free words: our own words have a length.
_THEIRS = """
SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 'app.{}'::regclass AND a.attnum > 0 AND NOT a.attisdropped
AND (a.attname = 'owner_id' OR (a.attrelid = 'app.accounts'::regclass AND a.attname = 'id')
  OR a.atttypid IN ('bytea'::regtype, 'jsonb'::regtype) OR (a.atttypid = 'varchar'::regtype AND a.atttypmod = -1))
"""


def make_roles(connection: psycopg.Connection, address: Address) -> None:
    """Create the roles where they are missing, and give the two that sign in their present passwords.

    `app_owner` owns everything and `app_auth` the look-up functions; neither can sign in, none bypasses a policy.
    A role may always change its own password, and what its sessions begin with: whatever injected SQL left of that
    ends here, with the next start.
    """
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_ROLES_LOCK])
    known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    for name in {OWNER, LOOKUP, *Role} - known:
        connection.execute(sql.SQL("CREATE ROLE {} NOSUPERUSER NOBYPASSRLS NOINHERIT").format(sql.Identifier(name)))
    for name in (OWNER, LOOKUP):
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(name)))
    # So that it may hand its functions over; NOINHERIT keeps what they may see from the owner itself.
    connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(LOOKUP), sql.Identifier(OWNER)))
    for role in Role:
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(address.password(role)))
        )
        for where in (sql.SQL(""), sql.SQL("IN DATABASE {}").format(sql.Identifier(connection.info.dbname))):
            connection.execute(sql.SQL("ALTER ROLE {} {} RESET ALL").format(sql.Identifier(role), where))
        connection.execute(
            sql.SQL("ALTER ROLE {} SET idle_in_transaction_session_timeout = {}").format(
                sql.Identifier(role), sql.Literal(IDLE_AT_MOST)
            )
        )


def secure_table(table: str, *, owner: str, user: str, service: str = "") -> None:
    """Put the wall around a table: only rows of the signed actor, for whichever role asks.

    Args:
        table: its name in schema `app`.
        owner: the column that names the owner.
        user: what a person's own requests may do, as in `GRANT`, e.g. `SELECT, UPDATE (name)`.
        service: what the jobs may do, in the name of the person they work for.
    """
    wall = f"{owner} = (SELECT app.uid())"  # the SELECT form is worked out once a query, not once a row
    op.execute(f"ALTER TABLE app.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE app.{table} FORCE ROW LEVEL SECURITY")
    for role, grants in ((Role.USER, user), (Role.SERVICE, service)):
        if grants:
            op.execute(f"GRANT {grants} ON app.{table} TO {role.value}")
            op.execute(
                f"CREATE POLICY {role.value}_own ON app.{table} TO {role.value} USING ({wall}) WITH CHECK ({wall})"
            )
    take_no_samples(table)


def take_no_samples(table: str) -> None:
    """Keep what is a person's out of the planner's statistics: its values would lie there when their rows are gone.

    They are made anew after many changes alone, and of a table that has become empty never.
    """
    for column in op.get_bind().exec_driver_sql(_THEIRS.format(table)).scalars().all():
        op.execute(f"ALTER TABLE app.{table} ALTER COLUMN {column} SET STATISTICS 0")


def look_up(signature: str, returns: str, body: str, *, role: Role) -> None:
    """Make a function that answers one narrow question before there is an actor.

    It runs as `app_auth`, which sees only the columns it was granted; the caller learns the answer alone.
    """
    op.execute(
        f"CREATE FUNCTION app.{signature} RETURNS {returns} LANGUAGE sql VOLATILE SECURITY DEFINER "
        f"SET search_path = {SEARCH_PATH} AS $look$ {body} $look$"
    )
    name = signature.split("(", maxsplit=1)[0]
    # While it is still ours: of a function that has been handed over, Postgres only warns that nothing was revoked.
    op.execute(f"REVOKE ALL ON FUNCTION app.{name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {role.value}")
    op.execute(f"ALTER FUNCTION app.{name} OWNER TO {LOOKUP}")


def open_to_look_ups(table: str, columns: str, *, update: str = "") -> None:
    """Let `app_auth`, and so its look-up functions alone, read these columns of every row."""
    op.execute(f"GRANT SELECT ({columns}) ON app.{table} TO {LOOKUP}")
    op.execute(f"CREATE POLICY look_up ON app.{table} FOR SELECT TO {LOOKUP} USING (true)")
    if update:
        op.execute(f"GRANT UPDATE ({update}) ON app.{table} TO {LOOKUP}")
        op.execute(f"CREATE POLICY look_up_change ON app.{table} FOR UPDATE TO {LOOKUP} USING (true)")
