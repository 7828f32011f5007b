"""What one tab has chosen in the Create room, and what it shows of the orders."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec

from portrait_app.domain.catalogue import ASPECTS
from portrait_app.domain.events import Noun
from portrait_app.domain.generation import MOST_AT_ONCE, Asset, Loss
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.domain.rows import identified
from portrait_app.domain.styles import STYLES
from portrait_app.services import generations, preferences
from portrait_app.services.generations import FIRST_ASPECT, UnknownChoice
from portrait_app.services.preferences import Beginning
from portrait_app.services.work import Work
from portrait_app.web import house, ui
from portrait_app.web.coming import Coming, StopsPortraits
from portrait_app.web.create.cards import Seen, StyleTile, samples_of, style_tiles, withheld_headline
from portrait_app.web.create.doubtful import Doubtful, doubtful_of, in_doubt
from portrait_app.web.live import Room
from portrait_app.web.session import work_for
from portrait_app.web.train.shelf import training_cards
from portrait_app.web.views import PortraitCard, TrainingCard

LATEST = "latest-portraits"
MOST_SHOWN = 12
TOGETHER = timedelta(seconds=1)  # what was ordered in one transaction, e.g. a first set


class CreateState(StopsPortraits, Room, rx.State):
    """The Create room: four choices and one action. What was chosen stays for as long as the tab.

    What wasn't chosen in this tab begins as the person's preferences say, each time that they come in.
    """

    _nouns: ClassVar[frozenset[Noun]] = frozenset({"training", "generation", "asset"})
    _chosen_here: tuple[str, ...] = ()

    is_here: rx.Field[bool] = rx.field(False)
    is_darkroom: rx.Field[bool] = rx.field(False)
    models: rx.Field[list[TrainingCard]] = rx.field(default_factory=list)
    learning: rx.Field[list[TrainingCard]] = rx.field(default_factory=list)
    styles: rx.Field[list[StyleTile]] = rx.field(default_factory=list)
    model: rx.Field[str] = rx.field("")
    style: rx.Field[str] = rx.field("")
    aspect: rx.Field[str] = rx.field(FIRST_ASPECT)
    count: rx.Field[int] = rx.field(preferences.USUAL_COUNT)
    latest: rx.Field[list[PortraitCard]] = rx.field(default_factory=list)
    coming: rx.Field[Coming] = rx.field(default_factory=Coming)
    lost: rx.Field[str] = rx.field("")
    lost_headline: rx.Field[str] = rx.field("")
    doubtful: rx.Field[list[Doubtful]] = rx.field(default_factory=list)
    withheld: rx.Field[str] = rx.field("")

    @rx.event
    async def enter(self) -> None:
        """Show the room; the address may name the face model to begin with."""
        await self._watch()
        named = self.router.url.query_parameters.get("model", "")
        async with work_for(self) as work:
            seen = await self._look(work)
        self._begin(seen.beginning)
        if named:
            self._choose(model=named)
        self._show(seen)

    @rx.event
    async def choose_model(self, value: str) -> None:
        """Choose the face model; its own portraits become the samples."""
        async with work_for(self) as work:
            self._choose(model=str((await work.trainings.get(identified(value))).id))
            self._show(await self._look(work))

    @rx.event
    def choose_style(self, value: str) -> None:
        """Choose the style."""
        if value not in STYLES:
            raise UnknownChoice("style")
        self._choose(style=value)

    @rx.event
    def choose_aspect(self, value: str) -> None:
        """Choose the shape."""
        if value not in ASPECTS:
            raise UnknownChoice("shape")
        self._choose(aspect=value)

    @rx.event
    def choose_count(self, value: int) -> None:
        """Choose how many."""
        if value not in range(1, MOST_AT_ONCE + 1):
            raise UnknownChoice("count")
        self._choose(count=value)

    @rx.event
    async def order(self) -> EventSpec:
        """Order what is chosen; the places of the portraits are there at once."""
        async with work_for(self) as work:
            training = await work.trainings.get(identified(self.model))
            house.workshop().offers.require_portraits(training)
            await generations.order(work, training, style=self.style, count=self.count, aspect=self.aspect)
            self._show(await self._look(work))
        # Where there is one column the portraits stand below the form. Their section is always there.
        return ui.perform("page.bringIntoView", LATEST)

    @rx.event
    async def try_again(self, loss: str) -> None:
        """Order anew what is in doubt, or was: the person's own decision, and new orders."""
        if loss not in generations.TRIED_AGAIN:
            raise UnknownChoice("loss")
        async with work_for(self) as work:
            for order_id in in_doubt(await work.assets.latest(limit=MOST_SHOWN), Loss(loss)):
                training_id = (await work.generations.get(order_id)).training_id
                house.workshop().offers.require_portraits(await work.trainings.get(training_id))
                await generations.try_again(work, order_id)
            self._show(await self._look(work))

    @classmethod
    async def _look(cls, work: Work) -> Seen:
        rows = await work.assets.latest(limit=MOST_SHOWN)
        together = {row.generation_id for row in rows if row.created_at > rows[0].created_at - TOGETHER}
        links = await work.links()
        return Seen(
            is_darkroom=house.workshop().settings.is_darkroom,
            models=await training_cards(work),
            samples=samples_of(links, await work.assets.samples()),
            beginning=await preferences.beginning(work),
            latest=[PortraitCard.of(links, row) for row in rows if row.status is not AssetStatus.LOST],
            coming=await Coming.of(work),
            withheld=frozenset(
                str(row.id) for row in await work.trainings.ready() if not house.workshop().offers.offers_portraits(row)
            ),
            lost=await _lost(work, [row for row in rows if row.generation_id in together - {*in_doubt(rows)}]),
            doubtful=doubtful_of(rows),
        )

    def _show(self, seen: Seen) -> None:
        self.is_here, self.is_darkroom = True, seen.is_darkroom
        ready = [model for model in seen.models if model.is_ready]
        self.models = [model for model in ready if model.id not in seen.withheld]
        self.withheld = withheld_headline(model.name for model in ready if model.id in seen.withheld)
        self.learning = [model for model in seen.models if model.is_running]
        if self.model not in {model.id for model in self.models}:
            self.model = self.models[0].id if self.models else ""
        self.styles = style_tiles(self.model, seen.samples)
        self.latest, self.coming, self.doubtful = seen.latest, seen.coming, seen.doubtful
        self.lost_headline, self.lost = seen.lost

    def _begin(self, beginning: Beginning) -> None:
        begins = {
            "model": str(beginning.model_id or ""),
            "style": beginning.style,
            "aspect": beginning.aspect,
            "count": beginning.count,
        }
        for name, value in begins.items():
            if name not in self._chosen_here:
                setattr(self, name, value)

    def _choose(self, **chosen: str | int) -> None:
        for name, value in chosen.items():
            setattr(self, name, value)
        self._chosen_here = (*{*self._chosen_here, *chosen},)


async def _lost(work: Work, rows: Sequence[Asset]) -> tuple[str, str]:
    """Say of these portraits that some are missing, and why; nothing when none are."""
    troubles = await work.generations.troubles_of({row.generation_id for row in rows})
    if not troubles:
        return "", ""
    ended = [row.status for row in rows if row.status in (AssetStatus.KEPT, AssetStatus.LOST)]
    if AssetStatus.KEPT in ended:
        return "Not all of them came out", " ".join(troubles)
    return "None of them came out" if len(ended) > 1 else "It didn't come out", " ".join(troubles)
