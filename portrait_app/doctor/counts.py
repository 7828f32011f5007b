"""What the studio counted for whoever runs it: orders that nobody can settle, and news that nobody waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from portrait_app.doctor.finding import Finding

if TYPE_CHECKING:
    from portrait_app.settings import Settings

IN_DOUBT = "orders in doubt"


def look(settings: Settings) -> list[Finding]:
    """Read the counts; nothing is said while the database is at rest."""
    from portrait_app.database.address import Address, Role  # noqa: PLC0415 -- SQLAlchemy, which the keeper does without

    try:
        with psycopg.connect(Address.of(settings).conninfo(Role.SERVICE), connect_timeout=5) as connection:
            counted = dict(connection.execute("SELECT name, number FROM app.counted() WHERE number > 0").fetchall())
    except (psycopg.Error, OSError):  # it is not made yet, or at rest
        return []
    step = (
        'find each in the log (event job.ended, status "lost") and compare it with the engine\'s own list: it was '
        "neither ordered again nor called off"
    )
    return [
        Finding("Counted", f"{number} {name}", step if name == IN_DOUBT else "") for name, number in counted.items()
    ]
