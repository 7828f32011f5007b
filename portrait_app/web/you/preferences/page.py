"""Preferences: dates and numbers, what Create begins with, what to be told of and how. Each choice is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import reflex as rx

from portrait_app.domain.locales import AUTO, LOCALES
from portrait_app.domain.styles import STYLES
from portrait_app.web import ui
from portrait_app.web.create.cards import SHAPE_WORDS
from portrait_app.web.shell import frame
from portrait_app.web.you.preferences import words
from portrait_app.web.you.preferences.state import PreferencesState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portrait_app.domain.happening import Channel, Occasion
    from portrait_app.web.gallery.cards import Option

_CHOSEN = PreferencesState.chosen


def preferences_page() -> rx.Component:
    """Lay out the room in its frame."""
    return frame(
        "Preferences",
        rx.cond(PreferencesState.is_here, _room(), ui.skeleton("card")),
        active="you",
        looks_again=PreferencesState.enter,
        back=("Back to You", "/you"),
    )


def _room() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _section("Dates and numbers", _locale(), _sample()),
            _section("New portraits", _beginnings(), _said(words.BEGINNINGS)),
            class_name="you",
        ),
        rx.el.div(
            _section(
                "What we tell you",
                rx.cond(
                    PreferencesState.is_confirmed,
                    rx.fragment(),
                    ui.notice("Your address isn't confirmed yet", words.UNCONFIRMED),
                ),
                _told(),
                rx.cond(PreferencesState.sends_mail, _said(words.MAILS), _said(words.NO_MAILS)),
            ),
            class_name="you",
        ),
        class_name="two-columns",
    )


def _locale() -> rx.Component:
    menu = _menu(
        "Written in", {AUTO: words.AS_THE_DEVICE} | LOCALES, _CHOSEN.locale, PreferencesState.choose_locale, "locale"
    )
    return ui.lines(menu)


def _sample() -> rx.Component:
    """How it looks, in the language that is chosen, while it is chosen."""
    return rx.el.p(
        ui.locally.date(PreferencesState.looked_at),
        " · ",
        ui.locally.time(PreferencesState.looked_at),
        " · ",
        ui.locally.number(1234.5),
        class_name="soft small setting-sample",
    )


def _beginnings() -> rx.Component:
    last = {"": words.AS_LAST_TIME}
    styles = {style.key: style.title for style in STYLES.values()}
    shapes = {name: f"{said} · {name}" for name, said in SHAPE_WORDS.items()}
    counts = {value: value if count else words.AS_LAST_TIME for value, count in words.COUNTS.items()}
    return ui.lines(
        rx.cond(PreferencesState.models.length() > 1, _models()),
        _menu("Style", last | styles, _CHOSEN.style, PreferencesState.begin_with_style),
        _menu("Shape", last | shapes, _CHOSEN.aspect, PreferencesState.begin_with_aspect),
        _menu("How many", counts, _CHOSEN.count, PreferencesState.begin_with_count),
    )


def _models() -> rx.Component:
    return ui.setting_menu(
        "Face model",
        rx.el.option(words.AS_LAST_TIME, value=""),
        rx.foreach(PreferencesState.models, _option),
        value=_CHOSEN.model,
        turn=PreferencesState.turn,
        on_change=PreferencesState.begin_with_model,
    )


def _option(option: rx.vars.ObjectVar[Option]) -> rx.Component:
    return rx.el.option(option.label, value=option.value, key=option.value)


def _menu(
    label: str, options: Mapping[str, str], value: rx.Var[str], on_change: Any, look: str | None = None
) -> rx.Component:
    """A line with a menu; one that changes the page's look says which part of it (js/furniture.js)."""
    return ui.setting_menu(
        label,
        *(rx.el.option(said, value=each) for each, said in options.items()),
        value=value,
        turn=PreferencesState.turn,
        on_change=on_change,
        **({"data_look": look} if look else {}),
    )


def _told() -> rx.Component:
    """A line for each occasion, a column for each way."""
    head = rx.el.div(
        rx.el.span("", class_name="unseen"),
        *(rx.el.span(said, class_name="soft small") for said in words.CHANNELS.values()),
        class_name="line setting-ways",
        aria_hidden="true",
    )
    return rx.el.div(
        head, *(_occasion(occasion, said) for occasion, said in words.OCCASIONS.items()), class_name="lines"
    )


def _occasion(occasion: Occasion, said: str) -> rx.Component:
    return rx.el.div(
        rx.el.span(said),
        *(_switch(occasion, channel, f"{said}: {way}") for channel, way in words.CHANNELS.items()),
        class_name="line setting-ways",
    )


def _switch(occasion: Occasion, channel: Channel, label: str) -> rx.Component:
    return ui.setting_switch(
        label,
        is_on=PreferencesState.told[f"{occasion}.{channel}"],
        turn=PreferencesState.turn,
        on_change=PreferencesState.be_told(occasion.value, channel.value),
    )


def _said(sentence: str) -> rx.Component:
    return rx.el.p(sentence, class_name="soft small")


def _section(title: str, *children: ui.Child) -> rx.Component:
    return rx.el.section(rx.el.h2(title, class_name="card-title"), *children, class_name="you-section")
