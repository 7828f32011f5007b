"""Lines on which something is set: by the phone's own menu, or by a switch.

The browser shows a choice at once, before the studio has heard of it. A control is made anew, and then shows what is
kept, when its `turn` changes: something else was chosen on another device, or the studio refused what was chosen here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import reflex as rx

from portrait_app.web.ui.icon import icon

if TYPE_CHECKING:
    from portrait_app.web.ui.kinds import Child, Truth, Words


def setting_menu(
    label: Words, *options: Child, value: Words, turn: rx.Var[int], on_change: Any, **attributes: Any
) -> rx.Component:
    """One line with the phone's own menu; give it `<option>`s. `on_change` takes the chosen value."""
    return rx.el.label(
        rx.el.span(label),
        rx.el.span(
            rx.el.select(
                *options,
                default_value=value,
                key=f"{label}-{turn}",
                on_change=on_change,
                aria_label=label,
                **attributes,
            ),
            icon("next"),
            class_name="setting-menu",
        ),
        class_name="line",
    )


def setting_switch(label: Words, *, is_on: Truth, turn: rx.Var[int], on_change: Any) -> rx.Component:
    """A switch alone, named by `label`; `on_change` takes whether it is on."""
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            role="switch",
            default_checked=is_on,
            key=f"{label}-{turn}",
            on_change=on_change,
            aria_label=label,
        ),
        class_name="switch",
    )
