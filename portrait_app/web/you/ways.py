"""Ways in besides the password: each with what it is called and when it was used, and how to add and remove one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.services.passkeys import LONGEST_NAME
from portrait_app.web import theme, ui
from portrait_app.web.you.keyring import NAME_FIELD, REMOVE_SHEET, RENAME_SHEET, KeyringState
from portrait_app.web.you.state import YouState

if TYPE_CHECKING:
    from portrait_app.web.you.keys import Offer, WayCard


def ways_in() -> rx.Component:
    """Passkeys and accounts elsewhere, what can be added, and whether one of them is enough."""
    return rx.fragment(
        rx.cond(YouState.ways.length() > 0, ui.lines(rx.foreach(YouState.ways, _way))),
        rx.el.div(
            # js/passkey.js asks the browser for one; the list shows it as soon as it is kept.
            ui.button("Add a passkey", data_passkey="add"),
            rx.foreach(YouState.offers, _offer),
            class_name="actions",
        ),
        rx.el.p(
            "A passkey signs you in by your face, your finger or your device's PIN, which never leave the device.",
            class_name="soft small",
        ),
        ui.lines(
            ui.line(
                rx.el.div(
                    rx.el.span("Two steps"),
                    rx.el.span(YouState.two_steps, class_name="soft small"),
                    class_name="you-words",
                ),
                ui.door("Change", "/auth/two-steps", kind="plain"),
            )
        ),
    )


def sheets() -> tuple[rx.Component, ...]:
    """What is asked before one is renamed or removed."""
    removing = ui.confirm(
        REMOVE_SHEET,
        "Remove this way in?",
        KeyringState.chosen_name
        + " will not sign you in any more, and every other browser is signed out. Your other ways in stay.",
        action="Remove",
        on_confirm=KeyringState.remove,
    )
    return ui.sheet(RENAME_SHEET, "Name this passkey", _renaming()), removing, theme.script_of_room("passkey")


def _renaming() -> rx.Component:
    name = ui.field(
        "What it is called",
        NAME_FIELD,
        default_value=KeyringState.chosen_name,
        key=KeyringState.chosen_name,
        max_length=LONGEST_NAME,
    )
    save = ui.button("Save", kind="primary", submits=True, is_full=True)
    return rx.el.form(name, save, on_submit=KeyringState.rename, class_name="stack")


def _way(way: rx.vars.ObjectVar[WayCard]) -> rx.Component:
    return ui.line(
        rx.el.div(
            rx.el.span(way.name),
            rx.el.span(way.said, class_name="soft small"),
            class_name="you-words",
        ),
        rx.cond(
            way.is_passkey,
            ui.icon_button("edit", "Rename this passkey", on_click=KeyringState.ask_to_rename(way.id)),
        ),
        ui.icon_button("trash", "Remove this way in", on_click=KeyringState.ask_to_remove(way.id)),
    )


def _offer(offer: rx.vars.ObjectVar[Offer]) -> rx.Component:
    return ui.door(offer.label, offer.href)
