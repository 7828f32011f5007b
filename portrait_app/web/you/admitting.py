"""Lets in or turns away who waits, and takes invitations back; what is left is shown by the room, as in every tab."""

import reflex as rx
from reflex.event import EventSpec

from portrait_app.domain.rows import identified
from portrait_app.services import admitting, invites
from portrait_app.services.admitting import NobodyWaits
from portrait_app.web import house, ui
from portrait_app.web.session import work_for

TURN_AWAY_SHEET, TAKE_BACK_SHEET = "turn-away", "take-back"


class AdmittingState(rx.State):
    """The one who waits, or the invitation, that this tab is asking about."""

    _chosen: str = ""
    _invite: str = ""
    chosen_name: rx.Field[str] = rx.field("")
    invited_at: rx.Field[str] = rx.field("")

    @rx.event
    async def let_in(self, account_id: str) -> EventSpec:
        """Let somebody sign in from now on."""
        async with work_for(self) as work:
            _require_door()
            await admitting.let_in(work, identified(account_id))
        return ui.toast.show("They can come in now", "They sign in with the password they chose.", kind="good")

    @rx.event
    async def ask_to_turn_away(self, account_id: str) -> EventSpec:
        """Ask once before somebody is turned away."""
        wanted = identified(account_id)
        async with work_for(self) as work:
            _require_door()
            names = {each.id: each.name for each in await admitting.who_waits(work)}
        if wanted not in names:
            raise NobodyWaits("turn away")
        self._chosen, self.chosen_name = account_id, names[wanted]
        return ui.open_sheet(TURN_AWAY_SHEET)

    @rx.event
    async def turn_away(self) -> EventSpec:
        """Delete what the chosen one typed."""
        async with work_for(self) as work:
            _require_door()
            await admitting.turn_away(work, identified(self._chosen))
        return ui.toast.show("Turned away", "What they typed is deleted.", kind="good")

    @rx.event
    async def ask_to_take_back(self, invite_id: str) -> EventSpec:
        """Ask once before a link that may have been passed on opens nothing any more."""
        wanted = identified(invite_id)
        async with work_for(self) as work:
            made = {each.id: each.created_at for each in await invites.open_ones(work)}
            if wanted not in made:
                await work.tell("account", work.owner_id)  # one that ran out told nobody, and is in the list yet
        if wanted not in made:
            raise invites.NotOpen("take back")
        self._invite, self.invited_at = invite_id, made[wanted].isoformat()
        return ui.open_sheet(TAKE_BACK_SHEET)

    @rx.event
    async def take_back(self) -> EventSpec:
        """Have the chosen invitation's link open nothing any more."""
        async with work_for(self) as work:
            await invites.take_back(work, identified(self._invite))
        return ui.toast.show("Taken back", "Its link opens nothing any more.", kind="good")


def _require_door() -> None:
    """Where mails are sent each confirms their own address: who has not yet is none of the operator's business."""
    if house.workshop().settings.confirms_addresses:
        raise NobodyWaits("mails are sent")
