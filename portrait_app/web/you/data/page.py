"""Your data: everything that is kept of a person, to take away."""

from __future__ import annotations

import reflex as rx

from portrait_app.services.exports import DOWNLOAD_PATH
from portrait_app.web import ui
from portrait_app.web.shell import frame
from portrait_app.web.you.data import words
from portrait_app.web.you.data.state import DataState


def data_page() -> rx.Component:
    """Lay out the room in its frame."""
    return frame(
        "Your data",
        rx.cond(DataState.is_here, rx.el.div(_take_away(), class_name="you narrow"), ui.skeleton("card")),
        active="you",
        back=("You", "/you"),
    )


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
        ui.bar(export.percent, export.hint),
        rx.el.div(ui.button("Stop", kind="plain", on_click=DataState.forget), class_name="actions"),
        class_name="card",
    )


def _ready() -> rx.Component:
    export = DataState.export
    return rx.el.div(
        ui.status(export.headline, "good"),
        rx.el.p(export.hint, class_name="soft"),
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
            rx.cond(export.hint != "", rx.el.p(export.hint, class_name="soft")),
        ),
        rx.el.div(
            ui.button("Pack everything", kind="primary", icon_name="download", on_click=DataState.ask),
            class_name="actions",
        ),
    )
