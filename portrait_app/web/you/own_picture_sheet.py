"""The picture of oneself: a portrait that is worn, else the initial; pressed, it lets one choose another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.web import ui
from portrait_app.web.worn import WornState
from portrait_app.web.you.own_picture import PICTURE_SHEET, OwnPictureState
from portrait_app.web.you.state import YouState

if TYPE_CHECKING:
    from portrait_app.web.you.own_picture import Wearable


def own_picture() -> rx.Component:
    """The picture, as a button that opens the sheet."""
    initial = rx.el.span(YouState.name[:1].upper(), class_name="you-initial", aria_hidden="true")
    return rx.el.button(
        rx.cond(WornState.picture.src != "", ui.square(WornState.picture), initial),
        rx.el.span(ui.icon("camera"), class_name="you-picture-badge"),
        type="button",
        class_name="you-picture",
        aria_label="Choose your picture",
        title="Choose your picture",
        aria_haspopup="dialog",
        custom_attrs={"commandfor": PICTURE_SHEET, "command": "show-modal"},
        on_click=OwnPictureState.look,
    )


def own_picture_sheet() -> rx.Component:
    """The newest portraits to choose from, and the way back to the initial."""
    return ui.sheet(
        PICTURE_SHEET,
        "Your picture",
        rx.cond(
            OwnPictureState.portraits.length() > 0,
            rx.fragment(
                rx.el.div(rx.foreach(OwnPictureState.portraits, _wearable), class_name="you-pictures"),
                rx.el.p("For an older one, open it in the gallery.", class_name="soft small"),
            ),
            rx.cond(
                OwnPictureState.has_looked,
                rx.el.p("As soon as you have portraits, you can choose one of them here."),
                ui.skeleton("card"),
            ),
        ),
        rx.cond(
            WornState.picture.src != "",
            ui.button("Show my initial instead", is_full=True, on_click=OwnPictureState.take_off),
        ),
    )


def _wearable(portrait: rx.vars.ObjectVar[Wearable]) -> rx.Component:
    return rx.el.button(
        ui.square(portrait.square),
        type="button",
        key=portrait.id,
        aria_label=portrait.label,
        on_click=OwnPictureState.wear(portrait.id),
    )
