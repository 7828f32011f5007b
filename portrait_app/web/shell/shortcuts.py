"""The keys there are, in a sheet that `?` opens (js/furniture.js)."""

from __future__ import annotations

import reflex as rx

from portrait_app.web import ui

NAME = "shortcuts"
KEYS = (
    (("←", "→"), "the picture before, and after"),
    (("Esc",), "close a picture or a sheet"),
    (("Tab", "Enter"), "to the next thing, and do it"),
    (("?",), "these keys"),
)


def shortcuts() -> rx.Component:
    """Lay out the sheet."""
    return ui.sheet(
        NAME,
        "Keyboard shortcuts",
        rx.el.dl(
            *(rx.el.div(rx.el.dt(*(rx.el.kbd(key) for key in keys)), rx.el.dd(does)) for keys, does in KEYS),
            class_name="shortcuts",
        ),
    )
