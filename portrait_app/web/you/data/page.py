"""Your data: everything that is kept of a person, to take away; and the way out."""

from __future__ import annotations

import reflex as rx

from portrait_app.services.exports import DOWNLOAD_PATH
from portrait_app.web import ui
from portrait_app.web.shell import frame
from portrait_app.web.staying import StayState
from portrait_app.web.you.data import words
from portrait_app.web.you.data.state import LEAVE_SHEET, DataState


def data_page() -> rx.Component:
    """Lay out the room in its frame."""
    return frame(
        "Your data",
        rx.cond(DataState.is_here, _room(), ui.skeleton("card")),
        active="you",
        looks_again=DataState.enter,
        back=("You", "/you"),
        leads_to_data=False,
        beside=(_leave_sheet(),),
    )


def _room() -> rx.Component:
    columns = (rx.el.div(half, class_name="you") for half in (_take_away(), _leave()))
    return rx.el.div(*columns, class_name="two-columns two-alike")


def _take_away() -> rx.Component:
    export = DataState.export
    return rx.el.section(
        rx.el.h2("Take everything away", class_name="card-title"),
        rx.el.p(words.WHAT_IS_IN_IT),
        rx.cond(
            export.is_making,
            _packing(),
            rx.cond(export.is_ready, _ready(), _nothing_yet()),
        ),
        class_name="you-section",
        aria_live="polite",
    )


def _packing() -> rx.Component:
    export = DataState.export
    return rx.el.div(
        ui.status(export.headline, "busy"),
        ui.bar(export.percent, ui.locally.words(export.hint)),
        rx.el.div(ui.button("Stop", kind="plain", on_click=DataState.forget), class_name="actions"),
        class_name="card",
    )


def _ready() -> rx.Component:
    export = DataState.export
    return rx.el.div(
        ui.status(export.headline, "good"),
        rx.el.p(ui.locally.size(export.bytes), " · ", ui.locally.words(export.hint), class_name="soft"),
        rx.el.div(
            ui.door("Download", DOWNLOAD_PATH, kind="primary", icon_name="download"),
            ui.button("Delete it now", on_click=DataState.forget),
            class_name="actions",
        ),
        class_name="card",
    )


def _nothing_yet() -> rx.Component:
    export = DataState.export
    return rx.fragment(
        rx.cond(
            export.is_failed,
            ui.notice(export.headline, export.hint, kind="error"),
            rx.cond(export.hint != "", rx.el.p(ui.locally.words(export.hint), class_name="soft")),
        ),
        rx.el.div(
            ui.button("Pack everything", kind="primary", icon_name="download", on_click=DataState.ask),
            class_name="actions",
        ),
    )


def _leave() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Leave the studio", class_name="card-title"),
        rx.el.p(words.LEAVING),
        ui.lines(
            _lost("Portraits", _number(DataState.portraits, " · ", ui.locally.size(DataState.portrait_bytes))),
            _lost("Selfies", _number(DataState.selfies)),
            _lost("Face models", _number(DataState.models)),
            _lost("Your account and every text about you"),
        ),
        rx.cond(  # whoever is leaving is offered to stay above (`staying`)
            StayState.leave_on == "",
            rx.el.div(
                ui.button("Leave the studio", on_click=DataState.ask_to_leave),
                class_name="actions",
            ),
        ),
        rx.el.p(words.BACKUPS, class_name="soft small"),
        class_name="you-section",
    )


def _number(count: rx.vars.NumberVar[int], *more: ui.Child) -> rx.Component:
    return rx.cond(count > 0, rx.fragment(ui.locally.number(count), *more), rx.el.span("None"))


def _lost(what: str, *amount: ui.Child) -> rx.Component:
    return ui.line(rx.el.span(what), rx.el.span(*amount, class_name="soft"))


def _leave_sheet() -> rx.Component:
    return ui.confirm(
        LEAVE_SHEET,
        "Leave the studio?",
        words.LOSS,
        action="Leave",
        keep="Stay",
        on_confirm=DataState.leave,
    )
