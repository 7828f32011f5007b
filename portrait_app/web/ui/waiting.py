"""Waiting, told truly: a word for the phase, a bar for the part that is done, a shape for what is on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import reflex as rx

if TYPE_CHECKING:
    from portrait_app.web.ui.kinds import Amount, Child, Tone


def status(phrase: Child, kind: Tone | rx.Var[str] = "plain") -> rx.Component:
    """Say in words where something stands ("Learning your face"), with a dot in its colour that breathes while busy."""
    return rx.el.span(phrase, class_name="status", data_kind=kind)


def bar(percent: Amount, label: Child = "") -> rx.Component:
    """Show how much is truly done, 0 to 100, and say the rest in words ("412 of 1,000 · about 9 min left")."""
    return rx.el.label(
        rx.el.progress(value=percent, max=100),
        rx.el.span(label),
        class_name="progress",
    )


def skeleton(shape: Literal["text", "picture", "card"] = "text") -> rx.Component:
    """Hold the place of something on its way; it shows itself only after 200 ms."""
    return rx.el.div(class_name="skeleton", data_shape=shape, aria_hidden="true")
