"""The home room's state: what is being learned, and the newest portraits."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx

from portrait_app.domain.events import Noun
from portrait_app.services.work import Work
from portrait_app.web.coming import Coming, StopsPortraits
from portrait_app.web.live import Room
from portrait_app.web.train.shelf import training_cards
from portrait_app.web.train.words import photos
from portrait_app.web.views import PortraitCard, TrainingCard

NEWEST = 12


@dataclass(frozen=True)
class Seen:
    """What a look at the room finds."""

    greeting: str
    models: list[TrainingCard]
    portraits: list[PortraitCard]
    coming: Coming
    waiting: str


class HomeState(StopsPortraits, Room, rx.State):
    """The home room."""

    _nouns: ClassVar[frozenset[Noun]] = frozenset({"training", "selfie", "generation", "asset", "account"})

    has_looked: rx.Field[bool] = rx.field(False)
    greeting: rx.Field[str] = rx.field("Home")
    running: rx.Field[list[TrainingCard]] = rx.field(default_factory=list)
    portraits: rx.Field[list[PortraitCard]] = rx.field(default_factory=list)
    has_ready_model: rx.Field[bool] = rx.field(False)
    coming: rx.Field[Coming] = rx.field(default_factory=Coming)
    waiting: rx.Field[str] = rx.field("")

    @classmethod
    async def _look(cls, work: Work) -> Seen:
        first_name = (await work.accounts.mine()).name.partition(" ")[0]
        newest = await work.assets.page(limit=NEWEST)
        links = await work.links()
        return Seen(
            greeting=f"Hello, {first_name}",
            models=await training_cards(work),
            portraits=[PortraitCard.of(links, asset) for asset in newest],
            coming=await Coming.of(work),
            waiting=await _waiting(work),
        )

    def _show(self, seen: Seen) -> None:
        """Show what was seen; what stayed the same is not sent again, since progress is told every half second."""
        shown = {
            "greeting": seen.greeting,
            "running": [model for model in seen.models if model.is_running],
            "portraits": seen.portraits,
            "has_ready_model": any(model.is_ready for model in seen.models),
            "coming": seen.coming,
            "waiting": seen.waiting,
            "has_looked": True,
        }
        for var, value in shown.items():
            if getattr(self, var) != value:
                setattr(self, var, value)


async def _waiting(work: Work) -> str:
    """Say which photos have come of which nothing is being learned yet."""
    draft = await work.trainings.draft()
    count = await work.selfies.count(draft.id) if draft is not None else 0
    return f"{photos(count)} {'is' if count == 1 else 'are'} in already." if count else ""
