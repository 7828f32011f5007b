"""Forgets what Replicate forgets: outputs an hour after the end, uploaded files after a day."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from portrait_app.darkroom.clock import now, stamp

if TYPE_CHECKING:
    from portrait_app.darkroom.shelf import Shelf
    from portrait_app.darkroom.store import Store

log = structlog.get_logger()

OUTPUT_LIFE = timedelta(hours=1)
FILE_LIFE = timedelta(hours=24)
_INTERVAL_S = 15.0


def sweep(store: Store, shelf: Shelf, moment: datetime) -> None:
    """Remove everything whose time is over at `moment`.

    Of a prediction the pictures, input and logs go. Of a training only the copy of its weights goes: the version that
    it made, and its record, stay until they are deleted.
    """
    for job in store.jobs.completed_before(stamp(moment - OUTPUT_LIFE)):
        shelf.discard_outputs(job.folder)
        emptied: dict[str, Any] = {"outputs": (), "input": {}, "logs": ""} if job.kind == "prediction" else {}
        store.jobs.change_final(job.id, is_removed=True, **emptied)
    for file in store.files.expired(stamp(moment)):
        shelf.discard_file(file.id)
        store.files.delete(file.id)


async def keep_sweeping(store: Store, shelf: Shelf) -> None:
    """Sweep every quarter of a minute, for ever."""
    while True:
        try:
            sweep(store, shelf, now())
        except (sqlite3.OperationalError, OSError) as error:
            log.warning("store.unwritable", error=str(error))
        await asyncio.sleep(_INTERVAL_S)
