"""Where the database is, and how each role signs in to it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL, make_url

if TYPE_CHECKING:
    from portrait_app.settings import Settings

DATABASE = "portrait"
# A server that vanished without a word (a cable, a firewall that forgot the connection) is noticed within a minute:
# after 30 s of silence TCP asks three times; what we sent ourselves must be acknowledged within 30 s.
# What the operator's own address says of it goes first.
KEEPALIVE = {
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",  # ms
}


class Role(StrEnum):
    """Who signs in: `USER` for a person's own requests, `SERVICE` for the jobs. Neither owns anything."""

    USER = "app_user"
    SERVICE = "app_service"


@dataclass(frozen=True)
class Address:
    """A database and the keys to it.

    Attributes:
        admin: signs in as a role that may create roles; used by migrations alone.
        key: what the roles' passwords and the signature of actors are derived from.
    """

    admin: URL
    key: bytes

    @classmethod
    def of(cls, settings: Settings) -> Address:
        """Find the database: `DATABASE_URL`, or the embedded one in the data folder."""
        if settings.database_url is not None:
            return cls.at(settings.database_url.get_secret_value(), settings.key_for("database"))
        from portrait_app.database.server import EmbeddedServer  # noqa: PLC0415 -- needless where DATABASE_URL is set

        server = EmbeddedServer(settings.data_dir / "postgres")
        return cls.at(server.admin_url, settings.key_for("database")).named(DATABASE)

    @classmethod
    def at(cls, admin_url: str, key: bytes) -> Address:
        """Take any Postgres URL, whatever driver it names."""
        return cls(make_url(admin_url).set(drivername="postgresql+psycopg"), key)

    def named(self, database: str) -> Address:
        """Return the address of another database of the same server."""
        return Address(self.admin.set(database=database), self.key)

    def url(self, role: Role) -> URL:
        """Return the address with which this role signs in."""
        query = {**KEEPALIVE, **self.admin.query}
        return self.admin.set(username=role.value, password=self.password(role), query=query)

    def conninfo(self, role: Role | None = None) -> str:
        """Return the same for psycopg itself; without a role, the admin's."""
        url = self.admin if role is None else self.url(role)
        return url.set(drivername="postgresql").render_as_string(hide_password=False)

    def password(self, role: Role) -> str:
        """Derive the role's password, so that none needs keeping."""
        return hmac.new(self.key, f"password {role.value}".encode(), hashlib.sha256).hexdigest()

    @property
    def actor_key(self) -> bytes:
        """The key with which the database checks who an actor is."""
        return hmac.new(self.key, b"actor", hashlib.sha256).digest()
