"""Portraits on their way, the same in each room: how many they are, and the way to stop them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.services import cancelling
from portrait_app.web import ui
from portrait_app.web.session import work_for
from portrait_app.web.views import about

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reflex.vars import ObjectVar

    from portrait_app.domain.generation import Asset
    from portrait_app.services.work import Work

STOP_SHEET = "stop-portraits"


@dataclass(frozen=True)
class Coming:
    """What is on its way, in words; empty when nothing is. `can_stop` while some of it is still wanted.

    All of it, and not what a room happens to show: the way to stop them stops all of them.
    """

    words: str = ""
    can_stop: bool = False

    @classmethod
    async def of(cls, work: Work) -> Coming:
        """Say which portraits of the person are still being made, and which of those are being called off."""
        coming = await work.assets.coming()
        called_off = await work.orders.called_off()
        wanted = [row for row in coming if row.generation_id not in called_off]
        if coming and not wanted:
            return cls(f"Stopping {_portraits(len(coming))}")
        can_stop = any(row.status is AssetStatus.PENDING for row in wanted)
        said = await _held(work, wanted) or await _waiting(work, wanted) or on_their_way(len(wanted))
        return cls(said, can_stop=can_stop)


class StopsPortraits(rx.State, mixin=True):
    """A room in which one can stop what is on its way."""

    @rx.event
    async def stop_portraits(self) -> None:
        """Call off all portraits that are on their way; what changes is shown in each tab by its news."""
        async with work_for(self) as work:
            await cancelling.cancel_coming(work)


async def _held(work: Work, wanted: Sequence[Asset]) -> str:
    """Say that some of these are made and wait for a place; nothing when none does."""
    if not any(row.status is AssetStatus.FETCHING for row in wanted):
        return ""
    held = await work.held_pictures.ids()
    count = sum(row.id in held for row in wanted)
    if not count:
        return ""
    verb = "is made and comes" if count == 1 else "are made and come"
    return f"{_portraits(count)} {verb} as soon as pictures can be saved again"


async def _waiting(work: Work, wanted: Sequence[Asset]) -> str:
    """Say that all of these wait for an engine that is busy; nothing while one is being made."""
    waits = {order.generation_id: order.waits_until for order in await work.orders.waiting()}
    until = next(iter(waits.values()), None)
    if not wanted or until is None or any(row.generation_id not in waits for row in wanted):
        return ""
    verb = "waits" if len(wanted) == 1 else "wait"
    return f"{_portraits(len(wanted))} {verb} for the portrait engine, {about(until, now())}"


def on_their_way(count: int) -> str:
    """Say how many portraits are still being made; nothing when none is."""
    if not count:
        return ""
    return "1 portrait is on its way" if count == 1 else f"{count} portraits are on their way"


def coming_line(coming: ObjectVar[Coming]) -> rx.Component:
    """How many are on their way, and beside it the way to stop them."""
    return rx.cond(
        coming.words != "",
        rx.el.div(
            ui.status(ui.locally.words(coming.words), "busy"),
            rx.cond(coming.can_stop, ui.button("Stop…", kind="plain", opens=STOP_SHEET)),
            class_name="coming-line",
        ),
    )


def stop_sheet(room: type[StopsPortraits]) -> rx.Component:
    """Ask once before portraits are stopped; a room that has a `coming_line` has it beside its page."""
    return ui.confirm(
        STOP_SHEET,
        "Stop these portraits?",
        "Those on their way won't be made. The ones that are here already stay in your gallery.",
        action="Stop them",
        keep="Keep going",
        on_confirm=room.stop_portraits,
    )


def _portraits(count: int) -> str:
    return "1 portrait" if count == 1 else f"{count} portraits"
