"""Bring a database to the present shape: its roles, its tables with their walls, the key that signs actors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import sqlalchemy
from alembic.config import Config
from psycopg import sql

from alembic import command
from portrait_app.database.address import DATABASE
from portrait_app.database.walls import LOOKUP, OWNER, make_roles
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from portrait_app.database.address import Address


class NoDatabase(PortraitError):
    """The database can't be reached, or its role may not do what a start needs."""

    headline = "The database doesn't let us in"

    def __init__(self, address: Address, error: psycopg.Error) -> None:
        super().__init__(str(error))
        where = f"{address.admin.host or address.admin.query.get('host', 'this machine')}/{address.admin.database}"
        why = str(error).strip().splitlines()[0].strip()
        self.hint = f"DATABASE_URL points at {where}: {why}. Mend the address or the role, then start again."


ROOT = Path(__file__).resolve().parents[2]
CONNECT_WITHIN_S = 10  # a host that swallows packets answers nothing at all


def upgrade(address: Address, to: str = "head") -> None:
    """Create what is missing and run the migrations not yet run; safe to call at every start and by several at once.

    Args: to: the last migration to run.
    """
    try:
        _make_database(address)
        with psycopg.connect(address.conninfo(), connect_timeout=CONNECT_WITHIN_S) as connection:
            make_roles(connection, address)
            _make_schemas(connection)
    except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege) as error:
        raise NoDatabase(address, error) from error
    engine = sqlalchemy.create_engine(address.admin)
    with engine.begin() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7210002)")
        connection.exec_driver_sql(f"SET LOCAL ROLE {OWNER}")
        config = Config(ROOT / "alembic.ini")
        config.set_main_option("script_location", str(ROOT / "alembic"))
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.exec_driver_sql(f"SET LOCAL ROLE {LOOKUP}")
        connection.exec_driver_sql("DELETE FROM app.actor_keys")
        connection.exec_driver_sql("INSERT INTO app.actor_keys (key) VALUES (%s)", (address.actor_key,))
    engine.dispose()


def _make_database(address: Address) -> None:
    """Make the embedded server's database; a database named by `DATABASE_URL` exists."""
    if address.admin.database != DATABASE:
        return
    with psycopg.connect(
        address.named("postgres").conninfo(), autocommit=True, connect_timeout=CONNECT_WITHIN_S
    ) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _make_schemas(connection: psycopg.Connection) -> None:
    for schema in ("app", "jobs"):
        connection.execute(
            sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(
                sql.Identifier(schema), sql.Identifier(OWNER)
            )
        )
