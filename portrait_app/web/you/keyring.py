"""Renames and removes ways in; what is left is shown by the room, which hears of it like every other tab."""

import reflex as rx
from reflex.event import EventSpec

from portrait_app.domain.rows import identified
from portrait_app.errors import NotFound
from portrait_app.services import fresh, identities, passkeys, ways
from portrait_app.web import house, ui
from portrait_app.web.session import someone_of, work_for
from portrait_app.web.you.keys import WayCard, way_cards

RENAME_SHEET, REMOVE_SHEET, NAME_FIELD = "rename-passkey", "remove-way", "passkey-name"


class KeyringState(rx.State):
    """The one way in that this tab is asking about."""

    _chosen: str = ""
    chosen_name: rx.Field[str] = rx.field("")

    @rx.event
    async def ask_to_rename(self, way_id: str) -> EventSpec:
        """Open the sheet in which a passkey gets another name."""
        way = await _card(self, way_id)
        self._chosen, self.chosen_name = way.id, way.name
        return ui.open_sheet(RENAME_SHEET)

    @rx.event
    async def ask_to_remove(self, way_id: str) -> EventSpec:
        """Ask once before a way in is taken away; whoever signed in some time ago does so once more before that."""
        await fresh.require_before(house.workshop().desk, await someone_of(self))
        way = await _card(self, way_id)
        self._chosen, self.chosen_name = way.id, way.name
        return ui.open_sheet(REMOVE_SHEET)

    @rx.event
    async def rename(self, form: dict[str, str]) -> EventSpec:
        """Give the chosen passkey the name that was typed."""
        async with work_for(self) as work:
            await passkeys.rename(work, identified(self._chosen), form.get(NAME_FIELD, ""))
        return ui.close_sheet(RENAME_SHEET)

    @rx.event
    async def remove(self) -> EventSpec:
        """Take the chosen way in away; the last one stays."""
        way, someone = await _card(self, self._chosen), await someone_of(self)
        async with work_for(self) as work:
            await (passkeys.remove if way.is_passkey else identities.unlink)(work, someone, identified(way.id))
        return ui.toast.show(
            "Removed",
            f"{way.name} doesn't sign you in any more. Every other browser was signed out.",
            name=way.name,
            kind="good",
        )


async def _card(state: rx.State, way_id: str) -> WayCard:
    async with work_for(state) as work:
        cards = way_cards(await ways.of(work), house.workshop().settings.providers)
    for card in cards:
        if card.id == way_id:
            return card
    raise NotFound(f"way in {way_id[:40]!r}")
