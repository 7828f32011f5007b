"""What one tab shows of taking everything away."""

from typing import ClassVar

import reflex as rx

from portrait_app.domain.events import Noun
from portrait_app.services import exports
from portrait_app.services.work import Work
from portrait_app.web import house
from portrait_app.web.live import Room
from portrait_app.web.session import owner_of, work_for
from portrait_app.web.you.data.words import ExportCard


class DataState(Room, rx.State):
    """The room in which everything is taken away."""

    _nouns: ClassVar[frozenset[Noun]] = frozenset({"export"})

    is_here: rx.Field[bool] = rx.field(False)
    export: rx.Field[ExportCard] = rx.field(default_factory=ExportCard)

    @rx.event
    async def ask(self) -> None:
        """Have a ZIP with everything made."""
        await exports.ask(house.workshop().desk, await owner_of(self))
        await self._look_again()

    @rx.event
    async def forget(self) -> None:
        """Delete the ZIP, or stop what is being packed."""
        async with work_for(self) as work:
            await exports.forget(work)
        await self._look_again()

    @classmethod
    async def _look(cls, work: Work) -> ExportCard:
        return ExportCard.of(await work.exports.newest())

    def _show(self, seen: ExportCard) -> None:
        self.is_here, self.export = True, seen

    async def _look_again(self) -> None:
        async with work_for(self) as work:
            self._show(await self._look(work))
