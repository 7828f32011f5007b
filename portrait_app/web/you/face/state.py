"""What is kept of the person, their word, and how long their photos stay."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec

from portrait_app.domain.consent import VERSION
from portrait_app.domain.events import Noun
from portrait_app.services import consent, purging, sessions
from portrait_app.services.work import Work
from portrait_app.web import house, ui
from portrait_app.web.live import Room
from portrait_app.web.session import work_for
from portrait_app.web.train.staying import ChoosesStay
from portrait_app.web.train.words import value_of
from portrait_app.web.you.face import words
from portrait_app.web.you.face.words import Counts, Kept

WITHDRAW_SHEET, PHOTOS_SHEET = "take-word-back", "delete-photos"


@dataclass(frozen=True)
class Seen:
    """What a look at the room finds."""

    kept: list[Kept]
    photos: int
    stay: str
    given_at: str
    withdrawn_at: str


class FaceState(ChoosesStay, Room, rx.State):
    """What is kept of one's face, in one tab."""

    _nouns: ClassVar[frozenset[Noun]] = frozenset(
        {"training", "selfie", "asset", "generation", "account", "consent", "export"}
    )

    is_here: rx.Field[bool] = rx.field(False)
    kept: rx.Field[list[Kept]] = rx.field(default_factory=list)
    photos: rx.Field[int] = rx.field(0)
    given_at: rx.Field[str] = rx.field("")
    withdrawn_at: rx.Field[str] = rx.field("")

    @rx.event
    async def withdraw(self) -> EventSpec:
        """Take one's word back."""
        async with work_for(self) as work:
            await consent.withdraw(work)
            self._show(await self._look(work))
        return ui.toast.show("You took your word back", "No photo is taken in from now on.")

    @rx.event
    async def delete_photos(self) -> EventSpec:
        """Delete all photos, but those of a face that is being learned."""
        async with work_for(self) as work:
            await purging.give_up_all_photos(work)
            self._show(await self._look(work))
        return ui.toast.show("Your photos are being deleted")

    @classmethod
    async def _look(cls, work: Work) -> Seen:
        photos = await work.selfies.kept()
        stay_days = (await work.accounts.mine()).photos_stay_days
        given = [word for word in await work.consents.all() if word.text_version == VERSION][:1]
        counts = Counts(
            photos=photos,
            models=sum(model.is_wanted for model in await work.trainings.started()),
            models_in_trash=len(await work.trainings.in_trash()),
            portraits=await work.assets.kept(),
            portraits_in_trash=len(await work.assets.in_trash()),
            orders=await work.generations.count(),
            exports=len(await work.exports.all()),
            sessions=len(await sessions.living(work)),
            mails=await work.mails.count(),
        )
        return Seen(
            kept=words.everything(house.workshop().settings, counts, stay_days),
            photos=photos,
            stay=value_of(stay_days),
            given_at=given[0].given_at.isoformat() if given else "",
            withdrawn_at=given[0].withdrawn_at.isoformat() if given and given[0].withdrawn_at else "",
        )

    def _show(self, seen: Seen) -> None:
        self.kept, self.photos, self.stay = seen.kept, seen.photos, seen.stay
        self.given_at, self.withdrawn_at = seen.given_at, seen.withdrawn_at
        self.is_here = True
