"""You: who is signed in, how the studio looks, what makes the pictures, and what is kept."""

from __future__ import annotations

import reflex as rx

from portrait_app.services.complaints import LONGEST_NAME
from portrait_app.web import ui
from portrait_app.web.shell import frame
from portrait_app.web.worn import WornState
from portrait_app.web.you import door, inviting, security, ways
from portrait_app.web.you.own_picture_sheet import own_picture, own_picture_sheet
from portrait_app.web.you.state import NAME_FIELD, NAME_SHEET, YouState

SAVED_AFTER_MS = 350  # a finger that rests has chosen


def you_page() -> rx.Component:
    """Lay out the room in its frame."""
    return frame(
        "You",
        rx.cond(YouState.is_here, _room(), ui.skeleton("card")),
        active="you",
        looks_again=YouState.enter,
        beside=(_name_sheet(), own_picture_sheet(), *inviting.sheets(), door.sheet(), *ways.sheets()),
    )


def _room() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _who(),
            _section("Look", _look(), _preferences()),
            _section("Kept for you", _kept()),
            _section("What makes the pictures", rx.el.p(YouState.engine)),
            class_name="you",
        ),
        rx.el.div(
            _section("Signing in", security.signing_in(), ways.ways_in()),
            _section("Where you are signed in", security.sessions()),
            security.operators(),
            security.sign_out(),
            class_name="you",
        ),
        class_name="two-columns",
    )


def _who() -> rx.Component:
    return rx.el.div(
        own_picture(),
        rx.el.div(
            rx.el.strong(YouState.name, class_name="card-title"),
            rx.el.span(YouState.email, class_name="soft"),
            class_name="you-words",
        ),
        ui.icon_button("edit", "Change your name", opens=NAME_SHEET),
        class_name="you-who",
    )


def _look() -> rx.Component:
    return rx.el.div(
        ui.theme_choice(YouState.theme, YouState.choose_theme),
        ui.hue_slider(YouState.hue, YouState.choose_hue.debounce(SAVED_AFTER_MS), YouState.choose_hue),
        rx.el.p("Saved with your account, and worn on every device you sign in on.", class_name="soft small"),
        ui.worn_look(WornState.look),  # beside its controls, so that they show what is worn
        class_name="card",
    )


def _preferences() -> rx.Component:
    words_of_it = rx.el.div(
        rx.el.span("Preferences"),
        rx.el.span("Dates and numbers, new portraits, what we tell you", class_name="soft small"),
        class_name="you-words",
    )
    return ui.lines(ui.line(words_of_it, href="/you/preferences"))


def _kept() -> rx.Component:
    portraits = rx.fragment(ui.locally.number(YouState.portraits), " · ", ui.locally.size(YouState.portrait_bytes))
    selfies = ui.locally.number(YouState.selfies)
    return ui.lines(
        ui.line(rx.el.span("Portraits"), _if_any(YouState.portraits, portraits, "None yet"), href="/gallery"),
        ui.line(rx.el.span("Selfies"), _if_any(YouState.selfies, selfies, "None"), href="/train"),
        ui.line(rx.el.span("Trash"), href="/you/trash"),
        ui.line(rx.el.span("What is kept, where and how long"), href="/you/face"),
        ui.line(rx.el.span("Take everything away, or leave"), href="/you/data"),
    )


def _if_any(count: rx.vars.NumberVar[int], said: rx.Component, nothing: str) -> rx.Component:
    return rx.el.span(rx.cond(count > 0, said, nothing), class_name="soft")


def _name_sheet() -> rx.Component:
    return ui.sheet(
        NAME_SHEET,
        "Your name",
        rx.el.form(
            ui.field(
                "What you are called here",
                NAME_FIELD,
                error=YouState.name_trouble,
                default_value=YouState.name,
                key=YouState.name,
                auto_complete="name",
                max_length=LONGEST_NAME,
            ),
            ui.button("Save", kind="primary", submits=True, is_full=True),
            on_submit=YouState.change_name,
            class_name="stack",
        ),
    )


def _section(title: str, *children: ui.Child) -> rx.Component:
    return rx.el.section(rx.el.h2(title, class_name="card-title"), *children, class_name="you-section")
