"""Migrates an empty database and looks at its walls: by pgrls, which knows such walls, and by queries of our own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from portrait_app.database.address import DATABASE, Address
from portrait_app.database.migrate import upgrade
from portrait_app.database.server import EmbeddedServer
from tools.catalogue import RIGHTS, breaches, unknown_rights

CONFIG = Path(__file__).with_name("pgrls.toml")
PGRLS = Path(sys.executable).with_name("pgrls")


def main() -> int:
    """Print what is wrong; the exit code is 1 when anything is."""
    with (
        tempfile.TemporaryDirectory(prefix="portrait-walls-") as folder,
        EmbeddedServer(Path(folder) / "postgres", durable=False) as server,
    ):
        address = Address.at(server.admin_url, b"a key of thirty-two bytes, no more").named(DATABASE)
        upgrade(address)
        with psycopg.connect(address.conninfo()) as connection:
            found, strange = breaches(connection), unknown_rights(connection)
        linted = subprocess.run(
            [PGRLS, "lint", "--database-url", address.conninfo(), "--config", CONFIG, "--fail-on", "info"],
            capture_output=True,
            text=True,
            check=False,
        )
    for sentence, rows in found.items():
        print(f"{sentence}: {', '.join(' '.join(map(str, row)) for row in rows)}")
    for line in strange:
        print(f"not as {RIGHTS.name} has it: {line}")
    if linted.returncode != 0:
        print(linted.stdout, linted.stderr)
    return 1 if found or strange or linted.returncode != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
