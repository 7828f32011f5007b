"""The Trash as it is seen: what was deleted, how long it stays, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.web import ui
from portrait_app.web.shell import frame
from portrait_app.web.you.trash.state import DELETE_SHEET, TrashState

if TYPE_CHECKING:
    from reflex.vars import ObjectVar

    from portrait_app.web.you.trash.cards import TrashedModel, TrashedPortrait


def trash_page() -> rx.Component:
    """Lay out the room in its frame."""
    return frame(
        "Trash",
        rx.cond(TrashState.is_here, _room(), ui.skeleton("card")),
        active="you",
        looks_again=TrashState.enter,
        back=("You", "/you"),
        beside=(_delete_sheet(),),
    )


def _room() -> rx.Component:
    is_empty = (TrashState.models.length() + TrashState.portraits.length()) == 0
    nothing = ui.empty(
        "trash", ui.locally.words("Nothing here. " + TrashState.stays), ui.link("Your gallery", "/gallery")
    )
    return rx.cond(is_empty, nothing, _full())


def _full() -> rx.Component:
    return rx.el.div(
        rx.el.p(ui.locally.words(TrashState.stays), class_name="soft narrow"),
        rx.el.div(
            ui.button("Restore all", icon_name="undo", on_click=TrashState.restore_all),
            ui.button("Empty…", kind="plain-danger", on_click=TrashState.ask_about_everything),
            class_name="actions",
        ),
        rx.cond(TrashState.models.length() > 0, _models()),
        rx.cond(TrashState.portraits.length() > 0, _portraits()),
        class_name="stack trash",
    )


def _models() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Face models", class_name="section-title"),
        ui.lines(rx.foreach(TrashState.models, _model)),
        class_name="stack",
    )


def _portraits() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Portraits", class_name="section-title"),
        rx.el.div(rx.foreach(TrashState.portraits, _portrait), role="list", class_name="trash-tiles"),
        class_name="stack",
    )


def _model(model: ObjectVar[TrashedModel]) -> rx.Component:
    return ui.line(
        rx.el.div(
            rx.el.span(model.name),
            rx.el.span(ui.locally.words(model.said), class_name="soft small"),
            class_name="you-words",
        ),
        ui.icon_button("undo", f"Restore {model.name}", on_click=TrashState.restore_model(model.id)),
        ui.icon_button("trash", f"Delete {model.name} for good", on_click=TrashState.ask_about_model(model.id)),
    )


def _portrait(portrait: ObjectVar[TrashedPortrait]) -> rx.Component:
    return rx.el.div(
        ui.picture(portrait.picture, portrait.alt, colour=portrait.colour, fit="place"),
        rx.el.div(
            rx.el.span(ui.locally.words(portrait.said), class_name="soft small"),
            ui.icon_button("undo", "Restore this portrait", on_click=TrashState.restore_portrait(portrait.id)),
            ui.icon_button("trash", "Delete it for good", on_click=TrashState.ask_about_portrait(portrait.id)),
            class_name="trash-foot",
        ),
        key=portrait.id,
        role="listitem",
        class_name="trash-tile",
    )


def _delete_sheet() -> rx.Component:
    return ui.confirm(
        DELETE_SHEET,
        TrashState.question.title,
        TrashState.question.loss,
        action="Delete for good",
        on_confirm=TrashState.delete_asked,
    )
