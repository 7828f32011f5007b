"""A wait that loses the first word to end."""

from __future__ import annotations

import asyncio


class DeafOnce:
    """Waits for ever, and swallows the first cancellation: `asyncio.wait_for` does, as what it waits for comes."""

    def __init__(self) -> None:
        self.waits = asyncio.Event()
        self.was_told = False

    async def wait(self, *_: object) -> None:
        self.waits.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if self.was_told:
                raise
            self.was_told = True
