"""Chooses the portrait that the person wears; it is shown by the shell, which hears of it like every other tab."""

from dataclasses import dataclass

import reflex as rx
from reflex.event import EventSpec

from portrait_app.domain.rows import identified
from portrait_app.services import preferences
from portrait_app.web import ui
from portrait_app.web.session import work_for
from portrait_app.web.squares import Square
from portrait_app.web.views import PortraitCard

PICTURE_SHEET = "own-picture"


@dataclass(frozen=True)
class Wearable:
    """One portrait to choose."""

    id: str
    label: str
    square: Square


class OwnPictureState(rx.State):
    """The newest portraits, while one of them is being chosen."""

    portraits: rx.Field[list[Wearable]] = rx.field(default_factory=list)
    has_looked: rx.Field[bool] = rx.field(False)

    @rx.event
    async def look(self) -> None:
        """Show the newest portraits; the sheet is open already."""
        async with work_for(self) as work:
            links = await work.links()
            self.portraits = [
                Wearable(str(row.id), PortraitCard.of(links, row).alt, Square.of(links, row))
                for row in await preferences.to_wear(work)
            ]
        self.has_looked = True

    @rx.event
    async def wear(self, portrait_id: str) -> EventSpec:
        """Wear a portrait."""
        async with work_for(self) as work:
            await preferences.wear(work, identified(portrait_id))
        return ui.close_sheet(PICTURE_SHEET)

    @rx.event
    async def take_off(self) -> EventSpec:
        """Go back to the initial."""
        async with work_for(self) as work:
            await preferences.take_off(work)
        return ui.close_sheet(PICTURE_SHEET)
