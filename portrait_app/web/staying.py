"""What stands at the top of every room while somebody is leaving: when it will be, and the one tap to stay."""

from datetime import datetime

import reflex as rx
from reflex.event import EventSpec

from portrait_app.services import leaving
from portrait_app.web import ui
from portrait_app.web.session import work_for


class StayState(rx.State):
    """Whether the person is leaving; each room says it when it is entered, and when news of the account comes."""

    leave_on: rx.Field[str] = rx.field("")  # ISO 8601

    @rx.event
    async def stay(self) -> EventSpec:
        """Stay after all; every open tab hears of it."""
        async with work_for(self) as work:
            await leaving.stay(work)
        say(self, None)
        return ui.toast.show("You stay", "Everything is where it was.", kind="good")


def say(state: StayState, leave_at: datetime | None) -> None:
    """Show when the person leaves. It is no method: those are events, for any browser to send."""
    said = leave_at.isoformat() if leave_at else ""
    if said != state.leave_on:  # what stayed the same is not sent again
        state.leave_on = said


def stay_banner(*, leads_to_data: bool = True) -> rx.Component:
    """Say that the account is about to be deleted, and offer to stay; it leads to one's data, unless one is there."""
    way = [ui.link("Your data", "/you/data")] if leads_to_data else []
    return rx.cond(
        StayState.leave_on != "",
        ui.notice(
            "Your account will be deleted",
            "",
            rx.el.p(
                "It stays until ",
                ui.locally.date(StayState.leave_on),
                ". Nothing new is begun until then. You can still look around, and take everything away.",
            ),
            rx.el.div(
                ui.button("Stay", kind="primary", on_click=StayState.stay),
                *way,
                class_name="actions",
            ),
            kind="care",
        ),
    )
