"""Who waits at the door, for the operator of a house without a mail server: let in or turned away by a tap each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.web import ui
from portrait_app.web.you.admitting import TURN_AWAY_SHEET, AdmittingState
from portrait_app.web.you.state import YouState

if TYPE_CHECKING:
    from portrait_app.web.you.cards import WaitingCard


def who_waits() -> rx.Component:
    """Say that somebody does, and show them; nothing while nobody does."""
    return rx.cond(
        YouState.waiting.length() > 0,
        rx.fragment(
            ui.notice(
                "Waiting to come in",
                "Nobody has shown that an address below is theirs. Let in whom you expect.",
                kind="care",
            ),
            ui.lines(rx.foreach(YouState.waiting, _waiting)),
            rx.cond(YouState.more_waiting > 0, _more()),
        ),
    )


def _more() -> rx.Component:
    return rx.el.p(
        "And ",
        ui.locally.number(YouState.more_waiting),
        " more. They are shown as soon as some of these are let in or turned away.",
        class_name="soft small",
    )


def sheet() -> rx.Component:
    """What is asked before somebody is turned away."""
    return ui.confirm(
        TURN_AWAY_SHEET,
        "Turn them away?",
        AdmittingState.chosen_name + " can't come in, and what they typed is deleted. They may ask again.",
        action="Turn away",
        on_confirm=AdmittingState.turn_away,
    )


def _waiting(somebody: rx.vars.ObjectVar[WaitingCard]) -> rx.Component:
    return ui.line(
        rx.el.div(
            rx.el.span(somebody.name),
            rx.el.span(somebody.email, class_name="soft small"),
            rx.el.span(
                "Asked ", ui.locally.day(somebody.since), ", ", ui.locally.time(somebody.since), class_name="soft small"
            ),
            class_name="you-words",
        ),
        rx.el.div(
            ui.button(
                "Let in",
                on_click=AdmittingState.let_in(somebody.id),
                aria_label=f"Let {somebody.name} in",
            ),
            ui.button(
                "Turn away",
                kind="plain",
                on_click=AdmittingState.ask_to_turn_away(somebody.id),
                aria_label=f"Turn {somebody.name} away",
            ),
            class_name="actions",
        ),
    )
