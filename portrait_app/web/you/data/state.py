"""What one tab shows of taking everything away, and of leaving."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec

from portrait_app.domain.events import Noun
from portrait_app.services import exports, leaving
from portrait_app.services.work import Work
from portrait_app.web import house, ui
from portrait_app.web.live import Room
from portrait_app.web.session import someone_of, work_for
from portrait_app.web.staying import StayState, say
from portrait_app.web.you.data.words import ONE_TAP, WRITTEN, ExportCard

LEAVE_SHEET = "leave-the-studio"


@dataclass(frozen=True)
class Seen:
    """What a look at the room finds."""

    export: ExportCard
    portraits: tuple[int, int]
    selfies: int
    models: int


class DataState(Room, rx.State):
    """The room in which everything is taken away, and which one leaves by."""

    _nouns: ClassVar[frozenset[Noun]] = frozenset({"export", "account", "asset", "selfie", "training"})

    is_here: rx.Field[bool] = rx.field(False)
    export: rx.Field[ExportCard] = rx.field(default_factory=ExportCard)
    portraits: rx.Field[int] = rx.field(0)
    portrait_bytes: rx.Field[int] = rx.field(0)
    selfies: rx.Field[int] = rx.field(0)
    models: rx.Field[int] = rx.field(0)

    @rx.event
    async def ask(self) -> None:
        """Have a ZIP with everything made."""
        await exports.ask(house.workshop().desk, await someone_of(self))
        await self._look_again()

    @rx.event
    async def forget(self) -> None:
        """Delete the ZIP, or stop what is being packed."""
        async with work_for(self) as work:
            await exports.forget(work)
        await self._look_again()

    @rx.event
    async def ask_to_leave(self) -> EventSpec:
        """Open the sheet that says what will be lost; whoever signed in some time ago does so once more before that."""
        await leaving.require_may_leave(house.workshop().desk, await someone_of(self))
        return ui.open_sheet(LEAVE_SHEET)

    @rx.event
    async def leave(self) -> EventSpec:
        """Have everything deleted in a week."""
        moment = await leaving.ask(house.workshop().desk, await someone_of(self))
        say(await self.get_state(StayState), moment)
        hint = WRITTEN if house.workshop().settings.confirms_addresses else ONE_TAP
        return ui.toast.show("You have seven days to change your mind", hint)

    @classmethod
    async def _look(cls, work: Work) -> Seen:
        sends_mail = house.workshop().settings.confirms_addresses
        return Seen(
            export=ExportCard.of(await work.exports.newest(), sends_mail=sends_mail),
            portraits=await work.assets.kept(),
            selfies=await work.selfies.shown(),
            models=sum(model.is_wanted for model in await work.trainings.ready()),  # not those that portraits outlive
        )

    def _show(self, seen: Seen) -> None:
        self.is_here, self.export = True, seen.export
        self.portraits, self.portrait_bytes = seen.portraits
        self.selfies, self.models = seen.selfies, seen.models

    async def _look_again(self) -> None:
        async with work_for(self) as work:
            self._show(await self._look(work))
