"""One order that the provider in memory has accepted, as it knows it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portrait_app.domain.order import OrderKind
    from tests.chaos.fate import JobPlan

ENDED = ("succeeded", "failed", "canceled", "aborted")
LONGEST_S = 5.0
"""A job that has not begun by then is aborted: the provider's deadlines pass 120 times as fast as real ones."""


@dataclass(eq=False)
class Job:
    """One accepted order."""

    id: str
    kind: OrderKind
    plan: JobPlan
    order: str
    model: str
    version: str
    input: dict[str, Any]
    webhook: str | None
    events: tuple[str, ...]
    destination: str = ""
    cancel_after_s: float = LONGEST_S
    status: str = "starting"
    output: Any = None
    error: str | None = None
    logs: str = ""
    is_removed: bool = False
    is_vanished: bool = False
    is_written: bool = False  # in a row of ours, as far as a list has looked; only asked of one whose data are removed
    created: float = field(default_factory=time.time)
    started: float | None = None
    ended: float | None = None
    deliveries: int = 0
    cancels: int = 0
    asked: int = 0
    lag_s: float = 0.0
    is_known: asyncio.Event = field(default_factory=asyncio.Event)

    def note_asked(self) -> None:
        """Whoever asks twice has written down which job is theirs."""
        self.asked += 1
        if self.asked > 1:
            self.is_known.set()

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED
