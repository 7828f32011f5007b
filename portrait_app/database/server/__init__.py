"""A Postgres of our own in a folder, for whoever brings none: found, made, started, adopted and stopped."""

from portrait_app.database.server.embedded import EmbeddedServer
from portrait_app.database.server.failures import DatabaseWontStart, DiskFull

__all__ = ["DatabaseWontStart", "DiskFull", "EmbeddedServer"]
