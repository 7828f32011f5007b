"""How long one's photos stay once their face is learned: chosen where a face is begun, and under You at any time."""

import reflex as rx
from reflex.event import EventSpec

from portrait_app.domain.retention import STAY_DAYS
from portrait_app.services import retention
from portrait_app.web import ui
from portrait_app.web.session import work_for
from portrait_app.web.train import words

STAY_SHEET = "photos-stay"


class ChoosesStay(rx.State, mixin=True):
    """A room in which one says how long one's photos stay."""

    stay: rx.Field[str] = rx.field("")
    stay_loss: rx.Field[str] = rx.field("")
    _stay_asked: str = ""

    @rx.event
    async def choose_stay(self, value: str) -> EventSpec | None:
        """Keep the choice, or ask first when photos would be deleted by it at once."""
        days = words.days_of(value)
        async with work_for(self) as work:
            count = await retention.past_their_time(work, days)
            if not count:
                await retention.choose(work, days)
        if not count:
            self.stay = value
            return None
        self._stay_asked, self.stay_loss = value, words.photos_would_go(count)
        return ui.open_sheet(STAY_SHEET)

    @rx.event
    async def choose_stay_asked(self) -> None:
        """Keep the choice that was asked about."""
        value = self._stay_asked
        async with work_for(self) as work:
            await retention.choose(work, words.days_of(value))
        self.stay = value


def stay_choice(room: type[ChoosesStay]) -> rx.Component:
    """One line of a list: what becomes of the photos, and the phone's own menu to choose from."""
    options = [rx.el.option(words.stays(days), value=words.value_of(days)) for days in STAY_DAYS]
    return ui.line(
        rx.el.label("Once the face is learned", html_for="photos-stay-choice"),
        rx.el.span(
            rx.el.select(*options, id="photos-stay-choice", value=room.stay, on_change=room.choose_stay),
            ui.icon("next"),
            class_name="line-menu",
        ),
    )


def stay_sheet(room: type[ChoosesStay]) -> rx.Component:
    """Ask once before a choice deletes photos at once; a room that has a `stay_choice` has it beside its page."""
    return ui.confirm(
        STAY_SHEET,
        "Delete photos now?",
        ui.locally.words(room.stay_loss),
        action="Delete them",
        on_confirm=room.choose_stay_asked,
    )
