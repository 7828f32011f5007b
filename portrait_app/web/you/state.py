"""What one tab shows of the person's account, and the look they choose."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec

from portrait_app.domain.events import Noun
from portrait_app.domain.look import Look
from portrait_app.services import accounts
from portrait_app.services.complaints import WrongInput
from portrait_app.services.work import Work
from portrait_app.web import house, ui
from portrait_app.web.live import Room
from portrait_app.web.session import work_for
from portrait_app.web.you import words

NAME_SHEET, NAME_FIELD = "change-name", "your-name"


@dataclass(frozen=True)
class Seen:
    """What a look at the room finds."""

    name: str
    email: str
    look: Look
    selfies: int
    portraits: tuple[int, int]
    is_darkroom: bool


class YouState(Room, rx.State):
    """The person's own room: who they are, how the studio looks, what is kept.

    `theme` and `hue` are what this tab's controls begin with: the page follows the finger by itself, and they change
    only when the look was changed somewhere else, so that no control is redrawn under the finger.
    """

    _nouns: ClassVar[frozenset[Noun]] = frozenset({"account", "selfie", "asset"})
    _worn: Look = Look()

    is_here: rx.Field[bool] = rx.field(False)
    name: rx.Field[str] = rx.field("")
    email: rx.Field[str] = rx.field("")
    name_trouble: rx.Field[str] = rx.field("")
    theme: rx.Field[str] = rx.field("auto")
    hue: rx.Field[int] = rx.field(Look().hue)
    selfies: rx.Field[str] = rx.field("")
    portraits: rx.Field[str] = rx.field("")
    is_darkroom: rx.Field[bool] = rx.field(False)

    @rx.event
    async def change_name(self, form: dict[str, str]) -> EventSpec | None:
        """Save what the person wants to be called; what is wrong with it is said beside its field."""
        try:
            async with work_for(self) as work:
                await accounts.rename(work, form.get(NAME_FIELD, ""))
                self._show(await self._look(work))
        except WrongInput as error:
            self.name_trouble = error.fields["name"]
            return None
        self.name_trouble = ""
        return ui.close_sheet(NAME_SHEET)

    @rx.event
    async def choose_theme(self, theme: str) -> None:
        """Save light, dark or auto; the page wears it already."""
        await self._save(Look(theme, self._worn.hue))
        self.theme = theme

    @rx.event
    async def choose_hue(self, hue: float) -> None:
        """Save the accent, as the slider or a preset sends it; the page wears it already."""
        await self._save(Look(self._worn.theme, round(hue)))

    @classmethod
    async def _look(cls, work: Work) -> Seen:
        account = await work.accounts.mine()
        return Seen(
            name=account.name,
            email=account.email,
            look=Look.of(account.look),
            selfies=await work.selfies.kept(),
            portraits=await work.assets.kept(),
            is_darkroom=house.workshop().settings.is_darkroom,
        )

    def _show(self, seen: Seen) -> None:
        self.name, self.email = seen.name, seen.email
        self.selfies, self.portraits = words.selfies(seen.selfies), words.portraits(*seen.portraits)
        self.is_darkroom = seen.is_darkroom
        if not self.is_here or seen.look != self._worn:
            self._worn = seen.look
            self.theme, self.hue = seen.look.theme, seen.look.hue
        self.is_here = True

    async def _save(self, look: Look) -> None:
        async with work_for(self) as work:
            await accounts.change_look(work, look)
        self._worn = look
