"""What routes need to know of a full disk and of a database that is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import structlog
from sqlalchemy.exc import DBAPIError

from portrait_app.database.failures import NoRoomToSave, foreseen, rows_folder

if TYPE_CHECKING:
    from starlette.requests import Request

    from portrait_app.errors import PortraitError
    from portrait_app.settings import Settings

log = structlog.get_logger()

FAILURES = (DBAPIError, psycopg.Error, OSError)


def known(request: Request, error: Exception, settings: Settings) -> tuple[PortraitError, int] | None:
    """What a failure means to the person, and the status that says it to a program; None: it is a fault of ours."""
    meant = foreseen(error, rows_folder(settings))
    if meant is None:
        return None
    log.warning("request.not_now", path=request.url.path, why=type(meant).__name__, detail=str(meant))
    return meant, 507 if isinstance(meant, NoRoomToSave) else 503
