"""Ends tasks that wait for a database."""

from __future__ import annotations

import asyncio

AGAIN_AFTER_S = 0.5


async def call_off(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks, again and again until they have ended.

    One may be lost: `asyncio.wait_for`, by which the jobs' pool waits for a connection, swallows it when it comes in
    the moment in which there is one (Python 3.11), as when a database is back. A task that goes on then would be
    waited for without end.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN_AFTER_S)
    await asyncio.gather(*tasks, return_exceptions=True)
