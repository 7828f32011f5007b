"""What one tab shows of the Trash: what lies there and for how long, and the ways back and out."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec

from portrait_app.database.trash import moment
from portrait_app.domain.events import Noun
from portrait_app.domain.rows import identified
from portrait_app.errors import NotFound
from portrait_app.services import trash
from portrait_app.services.work import Work
from portrait_app.web import house, ui
from portrait_app.web.live import Room
from portrait_app.web.session import work_for
from portrait_app.web.train.words import Question, before_deleting
from portrait_app.web.views import engine_of
from portrait_app.web.you.trash.cards import TrashedModel, TrashedPortrait, stays

DELETE_SHEET = "delete-for-good"
EVERYTHING = "everything"


@dataclass(frozen=True)
class Seen:
    """What a look at the Trash finds."""

    models: list[TrashedModel]
    portraits: list[TrashedPortrait]


class TrashState(Room, rx.State):
    """The Trash of one tab."""

    _nouns: ClassVar[frozenset[Noun]] = frozenset({"training", "asset", "selfie"})
    _asked: str = ""  # the id of a portrait or of a face model, or everything

    is_here: rx.Field[bool] = rx.field(False)
    stays: rx.Field[str] = rx.field("")
    models: rx.Field[list[TrashedModel]] = rx.field(default_factory=list)
    portraits: rx.Field[list[TrashedPortrait]] = rx.field(default_factory=list)
    question: rx.Field[Question] = rx.field(default_factory=Question)

    @rx.event
    async def restore_portrait(self, portrait_id: str) -> EventSpec:
        """Bring a portrait back to the gallery."""
        async with work_for(self) as work:
            await trash.restore_portraits(work, [identified(portrait_id)])
            self._show(await self._look(work))
        return ui.toast.show("Back in your gallery", kind="good")

    @rx.event
    async def restore_model(self, training_id: str) -> EventSpec:
        """Bring a face model back."""
        async with work_for(self) as work:
            await trash.restore_model(work, identified(training_id))
            self._show(await self._look(work))
        return ui.toast.show("Back among your face models", kind="good")

    @rx.event
    async def restore_all(self) -> EventSpec:
        """Bring everything back."""
        async with work_for(self) as work:
            count = await trash.restore_all(work)
            self._show(await self._look(work))
        return ui.toast.show("Everything is back" if count else "There was nothing to bring back", kind="good")

    @rx.event
    async def ask_about_portrait(self, portrait_id: str) -> EventSpec:
        """Ask once before a portrait is deleted for good."""
        async with work_for(self) as work:
            if await work.assets.find_in_trash(identified(portrait_id)) is None:
                raise NotFound(portrait_id[:40])
        self._asked = portrait_id
        self.question = Question("Delete this portrait for good?", "It can't be brought back after that.")
        return ui.open_sheet(DELETE_SHEET)

    @rx.event
    async def ask_about_model(self, training_id: str) -> EventSpec:
        """Ask once, in words that say what will be lost, before a face model is deleted for good."""
        async with work_for(self) as work:
            row = await work.trainings.find_in_trash(identified(training_id))
            if row is None:
                raise NotFound(training_id[:40])
            self.question = before_deleting(
                row.name,
                engine_of(row),
                photo_count=await work.selfies.count(row.id),
                kept=await work.assets.count_kept_of(row.id),
                coming=0,
            )
        self._asked = training_id
        return ui.open_sheet(DELETE_SHEET)

    @rx.event
    async def ask_about_everything(self) -> EventSpec:
        """Ask once before all of it is deleted for good."""
        self._asked = EVERYTHING
        loss = "All that lies here is deleted for good, face models at the engine too. It can't be brought back."
        self.question = Question("Empty the Trash?", loss)
        return ui.open_sheet(DELETE_SHEET)

    @rx.event
    async def delete_asked(self) -> EventSpec:
        """Delete for good what was asked about."""
        asked, self._asked = self._asked, ""
        async with work_for(self) as work:
            told = await _delete(work, asked)
            self._show(await self._look(work))
        return told

    @classmethod
    async def _look(cls, work: Work) -> Seen:
        now, photos = await moment(work.session), await work.selfies.kept_by_training()
        return Seen(
            [TrashedModel.of(row, photos.get(row.id, 0), now) for row in await work.trainings.in_trash()],
            [TrashedPortrait.of(row, now) for row in await work.assets.in_trash()],
        )

    def _show(self, seen: Seen) -> None:
        self.models, self.portraits = seen.models, seen.portraits
        self.stays, self.is_here = stays(house.workshop().settings), True


async def _delete(work: Work, asked: str) -> EventSpec:
    if asked == EVERYTHING:
        await trash.empty(work)
        return ui.toast.show("The Trash is empty")
    row_id = identified(asked)
    if await work.trainings.find_in_trash(row_id) is None:
        await trash.delete_portraits(work, [row_id])
        return ui.toast.show("Deleted for good")
    await trash.delete_model(work, row_id)
    return ui.toast.show("Being deleted", "Train says when it is gone at the engine too.")
