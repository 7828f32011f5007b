"""The training room's state: the draft with its photos, and the face models beside it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec

from portrait_app.domain.events import Noun
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.rows import identified
from portrait_app.domain.selfie import SelfieStatus
from portrait_app.domain.training import Training
from portrait_app.services import cancelling, consent, selfies, trainings, trash
from portrait_app.services.trainings import NameMissing
from portrait_app.services.work import Work
from portrait_app.web import house, ui
from portrait_app.web.live import Room
from portrait_app.web.session import work_for
from portrait_app.web.train import words
from portrait_app.web.train.shelf import training_cards
from portrait_app.web.train.staying import ChoosesStay
from portrait_app.web.views import SelfieCard, TrainingCard
from portrait_app.web.voice import backend_exception_handler

NAME_FIELD = "face-name"
STOP_SHEET, DELETE_SHEET = "stop-learning", "delete-face-model"


@dataclass(frozen=True)
class Seen:
    """What a look at the room finds."""

    draft_id: str
    name: str
    photos: list[SelfieCard]
    count: words.Count
    why_not: str
    where_photos_stay: str
    models: list[TrainingCard]
    has_agreed: bool
    stay: str


class TrainState(ChoosesStay, Room, rx.State):
    """The training room."""

    _nouns: ClassVar[frozenset[Noun]] = frozenset({"training", "selfie", "asset", "consent"})

    has_looked: rx.Field[bool] = rx.field(False)
    has_agreed: rx.Field[bool] = rx.field(False)
    draft_id: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    name_trouble: rx.Field[str] = rx.field("")
    photos: rx.Field[list[SelfieCard]] = rx.field(default_factory=list)
    why_not: rx.Field[str] = rx.field("")
    count: rx.Field[words.Count] = rx.field(default_factory=lambda: words.count(0, 0))
    where_photos_stay: rx.Field[str] = rx.field("")
    running: rx.Field[list[TrainingCard]] = rx.field(default_factory=list)
    shelf: rx.Field[list[TrainingCard]] = rx.field(default_factory=list)
    is_starting: rx.Field[bool] = rx.field(False)
    asked: rx.Field[str] = rx.field("")
    question: rx.Field[words.Question] = rx.field(default_factory=words.Question)

    @rx.event
    async def set_name(self, name: str) -> EventSpec | None:
        """Keep the name that was typed; where it was emptied, the one it will have instead is shown again."""
        self.name_trouble = ""
        async with work_for(self) as work:
            await trainings.rename(work, name)
            self._show(await self._look(work))
        return None if name.strip() else rx.set_value(NAME_FIELD, self.name)

    @rx.event
    async def overrule(self, selfie_id: str) -> None:
        """Use a photo in spite of its hint."""
        async with work_for(self) as work:
            await selfies.overrule(work, identified(selfie_id))
            self._show(await self._look(work))

    @rx.event
    async def remove(self, selfie_id: str) -> None:
        """Take a photo out of the draft."""
        async with work_for(self) as work:
            await selfies.remove(work, identified(selfie_id))
            self._show(await self._look(work))

    @rx.event
    async def start(self) -> AsyncIterator[EventSpec | None]:
        """Start learning the face on these photos."""
        self.is_starting = True
        yield None  # let the button show that it was heard
        try:
            house.workshop().offers.require_training()
            async with work_for(self) as work:
                draft = await trainings.draft(work)
                trainer = house.workshop().settings.trainer
                await trainings.start(work, draft.id, name=draft.name or self.name, trainer=trainer)
                self._show(await self._look(work))
            yield ui.perform("page.toTop")  # where its progress is shown
        except NameMissing as error:
            self.name_trouble = error.hint
            yield rx.set_focus(NAME_FIELD)
        except Exception as error:  # noqa: BLE001 -- whatever it is: raised, it would take the end of "busy" along
            yield backend_exception_handler(error)
        finally:
            self.is_starting = False

    @rx.event
    async def retry(self, training_id: str) -> EventSpec:
        """Bring the photos of a failed training back, to be looked over and started again."""
        async with work_for(self) as work:
            await trainings.retry(work, identified(training_id))
            self._show(await self._look(work))
        return ui.perform("page.toTop")

    @rx.event
    async def ask_to_stop(self, training_id: str) -> EventSpec:
        """Ask, in a sheet, before a training is called off."""
        async with work_for(self) as work:
            self.asked = str((await work.trainings.get(identified(training_id))).id)
        return ui.open_sheet(STOP_SHEET)

    @rx.event
    async def stop(self) -> EventSpec | None:
        """Call off the training that was asked about; one that ended meanwhile stays as it ended."""
        training_id, self.asked = identified(self.asked), ""
        async with work_for(self) as work:
            training = await cancelling.cancel_training(work, training_id)
            self._show(await self._look(work))
        if training.status is TrainingStatus.READY:
            return ui.toast.show("It was finished first", "The face is learned. You can delete it, if you like.")
        return None

    @rx.event
    async def delete(self, training_id: str) -> EventSpec:
        """Put a face model into the Trash; ask first when portraits on their way would be lost by that."""
        async with work_for(self) as work:
            row = await work.trainings.get(identified(training_id))
            if not await work.generations.unfinished_of(row.id):
                return await self._put_away(work, row)
        self.asked, self.question = str(row.id), words.before_putting_away(row.name)
        return ui.open_sheet(DELETE_SHEET)

    @rx.event
    async def delete_asked(self) -> EventSpec:
        """Put the face model that was asked about into the Trash."""
        training_id, self.asked = identified(self.asked), ""
        async with work_for(self) as work:
            return await self._put_away(work, await work.trainings.get(training_id))

    @rx.event
    async def restore(self, training_id: str) -> None:
        """Bring a face model back that has just been put away."""
        async with work_for(self) as work:
            await trash.restore_model(work, identified(training_id))
            self._show(await self._look(work))

    @rx.event
    async def agree(self, version: str) -> None:
        """Keep the person's word on whose photos they are; `version` is of the words that the page showed."""
        async with work_for(self) as work:
            await consent.give(work, version)
            self._show(await self._look(work))

    async def _put_away(self, work: Work, row: Training) -> EventSpec:
        await trash.put_model(work, row.id)
        kept = await work.assets.count_kept_of(row.id)
        self._show(await self._look(work))
        undo = TrainState.restore(str(row.id))  # pyright: ignore[reportCallIssue] -- an event is called without self
        return ui.toast.show(f"{row.name} deleted", words.put_away(kept), name=row.name, undo=undo)

    @classmethod
    async def _look(cls, work: Work) -> Seen:
        draft = await work.trainings.draft() or await trainings.draft(work)
        rows = await work.selfies.of(draft.id)
        good = sum(row.is_usable for row in rows)
        examining = sum(row.status is SelfieStatus.EXAMINING for row in rows)
        models = await training_cards(work)
        links = await work.links()
        why_not, settings = house.workshop().offers.why_no_training(), house.workshop().settings
        return Seen(
            draft_id=str(draft.id),
            # The first face model is most likely one's own.
            name=draft.name or ("" if models else (await work.accounts.mine()).name.partition(" ")[0]),
            photos=[SelfieCard.of(links, row) for row in rows],
            count=words.count(good, examining, is_offered=not why_not),
            why_not=why_not,
            where_photos_stay=words.where_photos_stay(
                is_darkroom=settings.is_darkroom, has_store=settings.store is not None
            ),
            models=models,
            has_agreed=await consent.is_given(work),
            stay=words.value_of((await work.accounts.mine()).photos_stay_days),
        )

    def _show(self, seen: Seen) -> None:
        """Show what was seen; what stayed the same is not sent again, since progress is told every half second."""
        shown = {
            "draft_id": seen.draft_id,
            "name": seen.name,
            "photos": seen.photos,
            "count": seen.count,
            "why_not": seen.why_not,
            "where_photos_stay": seen.where_photos_stay,
            "running": [model for model in seen.models if model.is_running],
            "shelf": [model for model in seen.models if not model.is_running],
            "has_agreed": seen.has_agreed,
            "stay": seen.stay,
            "has_looked": True,
        }
        for var, value in shown.items():
            if getattr(self, var) != value:
                setattr(self, var, value)
