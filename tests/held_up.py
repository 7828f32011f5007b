"""Notices code of ours that waits for the world outside while it holds a transaction open.

Postgres ends one that is idle for a minute (`walls.IDLE_AT_MOST`), and meanwhile it holds its locks and its connection.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections import Counter
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import portrait_app
from portrait_app.adapters.buckets.disk import DiskBucket, DiskBuckets
from portrait_app.adapters.mail.outbox import Outbox
from portrait_app.adapters.mail.smtp import SmtpServer
from portrait_app.adapters.replicate import outputs
from portrait_app.adapters.replicate.bounded import BoundedClient
from portrait_app.database.session import Database
from tests.fakes import FakeEngine

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    import pytest
    from sqlalchemy.ext.asyncio import AsyncSession

    from portrait_app.database.address import Role

# What leads outside, or stands in for it. Our HTTP client is watched whoever calls it: mostly a library does.
OUTSIDE = (DiskBucket, DiskBuckets, SmtpServer, Outbox, FakeEngine)
_NEAR = {"links", "pages"}  # of a bucket: no call; of lists: a generator, whose calls are the engine's
_OURS = str(Path(portrait_app.__file__).parent)

_open: Counter[asyncio.Task[Any] | None] = Counter()
seen: list[str] = []
"""What was awaited so since somebody looked, each as the name of the method and the file that called it."""


def watch(patch: pytest.MonkeyPatch) -> None:
    """Note it from now on, whoever runs: in this process, by task."""
    begin = Database.transaction

    @asynccontextmanager
    async def noted(database: Database, role: Role, owner_id: UUID | None) -> AsyncGenerator[AsyncSession]:
        async with begin(database, role, owner_id) as session:
            task = asyncio.current_task()
            _open[task] += 1
            try:
                yield session
            finally:
                _open[task] -= 1

    patch.setattr(Database, "transaction", noted)
    for kind in OUTSIDE:
        for name, method in vars(kind).items():
            if inspect.iscoroutinefunction(method) and not name.startswith("_") and name not in _NEAR:
                patch.setattr(kind, name, _looking(method, only_for=_OURS))
    patch.setattr(BoundedClient, "send", _looking(BoundedClient.send, only_for=""))
    patch.setattr(outputs, "_get", _looking(outputs._get, only_for=_OURS))


def _looking(method: Any, *, only_for: str) -> Any:
    @wraps(method)
    async def looked(*args: Any, **kwargs: Any) -> Any:
        if _open[asyncio.current_task()]:
            caller = sys._getframe(1).f_code.co_filename  # whoever awaits it: a test of ours may hold what it likes
            if caller.startswith(only_for):
                seen.append(f"{method.__qualname__} from {caller.removeprefix(_OURS)}")
        return await method(*args, **kwargs)

    return looked
