"""What one tab shows of the person's preferences, and each choice, saved as it is made."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec

from portrait_app.domain.account import Account
from portrait_app.domain.clock import now
from portrait_app.domain.events import Noun
from portrait_app.domain.happening import Channel, Occasion
from portrait_app.domain.preferences import Preferences
from portrait_app.domain.rows import identified
from portrait_app.errors import PortraitError
from portrait_app.services import preferences
from portrait_app.services.preferences import UnknownPreference
from portrait_app.services.work import Work
from portrait_app.web import house
from portrait_app.web.gallery.cards import Option
from portrait_app.web.live import Room
from portrait_app.web.session import work_for
from portrait_app.web.voice import said
from portrait_app.web.you.preferences.words import COUNTS


@dataclass(frozen=True)
class Chosen:
    """What is chosen, as the controls hold it; `told` by "occasion.channel"."""

    locale: str = ""
    style: str = ""
    aspect: str = ""
    count: str = "0"
    model: str = ""
    told: dict[str, bool] = field(default_factory=dict[str, bool])

    @classmethod
    def of(cls, account: Account, models: list[Option]) -> "Chosen":
        """Read an account; a face model that is no longer offered is as good as none."""
        known, model = Preferences.of(account.preferences), str(account.usual_model_id or "")
        return cls(
            locale=known.locale,
            style=known.style,
            aspect=known.aspect,
            count=str(known.count),
            model=model if model in {each.value for each in models} else "",
            told={f"{o}.{c}": known.is_told(o, c) for o in Occasion for c in Channel},
        )


@dataclass(frozen=True)
class Seen:
    """What a look at the room finds."""

    chosen: Chosen
    models: list[Option]
    is_confirmed: bool
    sends_mail: bool


class PreferencesState(Room, rx.State):
    """The preferences.

    `chosen` and `told` are what this tab's controls begin with, and `turn` changes when they begin anew: the browser
    shows what is chosen by itself, so that nothing is redrawn under the finger.
    """

    _nouns: ClassVar[frozenset[Noun]] = frozenset({"account", "training"})
    _known: Chosen | None = None

    is_here: rx.Field[bool] = rx.field(False)
    chosen: rx.Field[Chosen] = rx.field(default_factory=Chosen)
    told: rx.Field[dict[str, bool]] = rx.field(default_factory=dict)
    turn: rx.Field[int] = rx.field(0)
    models: rx.Field[list[Option]] = rx.field(default_factory=list)
    is_confirmed: rx.Field[bool] = rx.field(True)
    sends_mail: rx.Field[bool] = rx.field(True)
    looked_at: rx.Field[str] = rx.field("")

    @rx.event
    async def choose_locale(self, value: str) -> EventSpec | None:
        """Save the language of dates and numbers; the page writes in it already."""
        return await self._save(lambda work: preferences.choose_locale(work, value))

    @rx.event
    async def begin_with_style(self, value: str) -> EventSpec | None:
        """Save the style that Create begins with."""
        return await self._save(lambda work: preferences.begin_with(work, style=value))

    @rx.event
    async def begin_with_aspect(self, value: str) -> EventSpec | None:
        """Save the shape that Create begins with."""
        return await self._save(lambda work: preferences.begin_with(work, aspect=value))

    @rx.event
    async def begin_with_count(self, value: str) -> EventSpec | None:
        """Save how many Create begins with."""

        async def begin(work: Work) -> None:
            if value not in COUNTS:
                raise UnknownPreference("count")
            await preferences.begin_with(work, count=COUNTS[value])

        return await self._save(begin)

    @rx.event
    async def begin_with_model(self, value: str) -> EventSpec | None:
        """Save the face model that Create begins with."""

        async def begin(work: Work) -> None:
            await preferences.begin_with_model(work, identified(value) if value else None)

        return await self._save(begin)

    @rx.event
    async def be_told(self, occasion: str, channel: str, is_wanted: bool) -> EventSpec | None:
        """Save whether the person is told of something in one way."""
        return await self._save(lambda work: preferences.be_told(work, occasion, channel, is_wanted=is_wanted))

    @classmethod
    async def _look(cls, work: Work) -> Seen:
        account = await work.accounts.mine()
        models = [Option(str(each.id), each.name) for each in await work.trainings.ready() if each.is_offered]
        sends_mail = house.workshop().settings.confirms_addresses
        return Seen(Chosen.of(account, models), models, account.verified_at is not None, sends_mail)

    def _show(self, seen: Seen) -> None:
        self.models, self.is_confirmed, self.sends_mail = seen.models, seen.is_confirmed, seen.sends_mail
        if seen.chosen != self._known:
            self._known = seen.chosen
            self._begin_anew()
        if not self.is_here:
            self.looked_at, self.is_here = now().isoformat(), True

    async def _save(self, choose: Callable[[Work], Awaitable[object]]) -> EventSpec | None:
        """Save one choice; what is refused is said, and the controls show what is kept."""
        try:
            async with work_for(self) as work:
                await choose(work)
                self._known = (await self._look(work)).chosen
        except PortraitError as error:  # caught here only because the browser shows it as chosen
            self._begin_anew()
            return said(error)
        return None

    def _begin_anew(self) -> None:
        """Have the controls show what is kept."""
        self.chosen = self._known or self.chosen
        self.told = self.chosen.told
        self.turn += 1
