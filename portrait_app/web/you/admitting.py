"""Lets in or turns away who waits; what is left is shown by the room, which hears of it like every other tab."""

import reflex as rx
from reflex.event import EventSpec

from portrait_app.domain.rows import identified
from portrait_app.services import admitting
from portrait_app.services.admitting import NobodyWaits
from portrait_app.web import ui
from portrait_app.web.session import work_for

TURN_AWAY_SHEET = "turn-away"


class AdmittingState(rx.State):
    """The one who waits that this tab is asking about."""

    _chosen: str = ""
    chosen_name: rx.Field[str] = rx.field("")

    @rx.event
    async def let_in(self, account_id: str) -> EventSpec:
        """Let somebody sign in from now on."""
        async with work_for(self) as work:
            await admitting.let_in(work, identified(account_id))
        return ui.toast.show("They can come in now", "They sign in with the password they chose.", kind="good")

    @rx.event
    async def ask_to_turn_away(self, account_id: str) -> EventSpec:
        """Ask once before somebody is turned away."""
        wanted = identified(account_id)
        async with work_for(self) as work:
            names = {each.id: each.name for each in await admitting.who_waits(work)}
        if wanted not in names:
            raise NobodyWaits("turn away")
        self._chosen, self.chosen_name = account_id, names[wanted]
        return ui.open_sheet(TURN_AWAY_SHEET)

    @rx.event
    async def turn_away(self) -> EventSpec:
        """Delete what the chosen one typed."""
        async with work_for(self) as work:
            await admitting.turn_away(work, identified(self._chosen))
        return ui.toast.show("Turned away", "What they typed is deleted.", kind="good")
