"""Hearing the news that transactions told, over one direct connection that is mended when it breaks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
import structlog

from portrait_app.database.address import Role
from portrait_app.domain.events import CHANNEL, News

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from portrait_app.database.address import Address

log = structlog.get_logger()

LONGEST_PAUSE_S = 2.0


async def listen(address: Address) -> AsyncGenerator[News | None]:
    """Yield news as it is told; None whenever some may have been missed, so that the listener reads everything anew."""
    pause_s = 0.05
    while True:
        try:
            # NOTIFY needs a connection of its own: a pooler in between would hand it to somebody else.
            async with await psycopg.AsyncConnection.connect(
                address.conninfo(Role.USER), autocommit=True
            ) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                yield None
                pause_s = 0.05
                async for notice in connection.notifies():
                    try:
                        yield News.from_text(notice.payload)
                    except ValueError:  # whoever may connect may say anything on a channel
                        log.warning("news.unreadable")
        except psycopg.OperationalError:
            log.warning("news.lost", again_in_s=pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
