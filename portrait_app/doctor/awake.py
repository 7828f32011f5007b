"""Commands that ask the studio's database, and what they say while it is at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from portrait_app.database.address import Address, Role
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from portrait_app.settings import Settings

PATIENCE_S = 5


class AtRest(PortraitError):
    """The database can't be asked."""

    headline = "The studio's database doesn't answer"
    hint = "Start the studio (make run), and ask again while it runs."


def require_awake(settings: Settings) -> None:
    """Knock at the database. Without it whoever opens the queue waits for half a minute before anything is said.

    Raises:
        AtRest: it doesn't answer.
    """
    try:
        psycopg.connect(Address.of(settings).conninfo(Role.SERVICE), connect_timeout=PATIENCE_S).close()
    except (psycopg.Error, OSError) as error:
        raise AtRest(type(error).__name__) from error
