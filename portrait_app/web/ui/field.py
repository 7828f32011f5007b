"""What is typed or chosen: a field with its words around it, a stepper, segments, picture tiles, the accent's hue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import reflex as rx

from portrait_app.web.ui import locally
from portrait_app.web.ui.button import icon_button
from portrait_app.web.ui.icon import icon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reflex.vars import NumberVar

    from portrait_app.web.ui.kinds import Child, Truth, Words

InputKind = Literal["text", "email", "password", "search", "tel", "url", "number", "date"]

HUE_PRESETS: tuple[tuple[str, int], ...] = (
    ("Rose", 5), ("Ember", 45), ("Honey", 80), ("Fern", 145), ("Sea", 195), ("Ink", 265), ("Plum", 320),
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """One of several: what is sent, what is read, and what is seen (a `picture`, for tiles)."""

    value: str
    label: str
    picture: rx.Component | None = None


def field(
    label: Words, name: str, *, hint: Words = "", error: Words = "", kind: InputKind = "text", **attributes: Any
) -> rx.Component:
    """One line to type into: its label above, its hint and its error right below.

    `name` is its name in the form, and its id; `error` says what is wrong with what was typed, and is empty when
    nothing is. `attributes` are the rest for the input: value, default_value, on_blur, auto_complete, max_length …
    """
    says = f"{name}-hint {name}-error"
    attributes |= {"id": name, "name": name, "type": kind, "aria_invalid": error != "", "aria_describedby": says}
    return rx.el.div(
        rx.el.label(label, html_for=name, class_name="field-label"),
        rx.el.div(rx.el.input(class_name="input", **attributes), class_name="field-box"),
        rx.el.p(hint, id=f"{name}-hint", class_name="field-hint"),
        rx.el.p(error, id=f"{name}-error", class_name="field-error", role="alert"),
        class_name="field",
    )


def stepper(
    label: str, value: NumberVar[int], on_change: Callable[[Any], Any], *, low: int = 1, high: int = 8
) -> rx.Component:
    """How many, by one up and one down, between `low` and `high`; `on_change` is an event that takes the new number."""
    return rx.el.div(
        icon_button("minus", f"Fewer {label}", is_disabled=value <= low, on_click=on_change(value - 1)),
        rx.el.output(locally.number(value), aria_label=label),
        icon_button("plus", f"More {label}", is_disabled=value >= high, on_click=on_change(value + 1)),
        role="group",
        aria_label=label,
        class_name="stepper",
    )


def segments(
    label: str, name: str, choices: Sequence[Choice], value: Words, on_change: Any, **attributes: Any
) -> rx.Component:
    """A few words side by side, one of them chosen; `on_change` takes the chosen value."""
    return rx.el.div(
        *(rx.el.label(_radio(name, choice.value, value, on_change, **attributes), choice.label) for choice in choices),
        role="radiogroup",
        aria_label=label,
        class_name="segments",
    )


def choices(label: str, *tiles: Child) -> rx.Component:
    """Picture tiles, one of them chosen; give it `choice(...)`s, or a foreach over them."""
    return rx.el.div(*tiles, role="radiogroup", aria_label=label, class_name="choices")


def choice(
    name: str,
    value: Words,
    label: Words,
    picture: rx.Component,
    *,
    chosen: Words,
    on_change: Any,
    is_disabled: Truth = False,
) -> rx.Component:
    """One tile: a picture and a word under it; the tick and the ring say that it is the chosen one."""
    return rx.el.label(
        _radio(name, value, chosen, on_change, disabled=is_disabled),
        picture,
        rx.el.span(icon("check"), class_name="choice-tick"),
        rx.el.span(label, dir="auto"),  # a name that is cut is cut at its own end
        class_name="choice",
    )


def hue_slider(value: NumberVar[int] | int, on_change: Any, on_preset: Callable[[int], Any]) -> rx.Component:
    """The person's accent: any hue from 0 to 360, or one of seven by name.

    The page follows the finger by itself (js/furniture.js) and keeps the look in a cookie; `on_change`
    takes the number as the slider sends it, `on_preset` the preset's number: both are for saving it with the profile.
    """
    return rx.el.div(
        rx.el.input(
            type="range",
            min=0,
            max=360,
            step=1,
            default_value=value,
            key=f"hue-{value}",
            on_change=on_change,
            aria_label="Accent colour",
            class_name="hue-range",
            data_look="hue",
        ),
        rx.el.div(*(_preset(name, hue, on_preset) for name, hue in HUE_PRESETS), class_name="hue-presets"),
        class_name="hue",
    )


def theme_choice(value: Words, on_change: Any) -> rx.Component:
    """Light, dark, or as the device says; the page follows at once, `on_change` takes the word for the profile."""
    options = (Choice("light", "Light"), Choice("dark", "Dark"), Choice("auto", "Auto"))
    return segments("Appearance", "theme", options, value, on_change, data_look="theme")


def _radio(name: str, value: Words, chosen: Words, on_change: Any, **attributes: Any) -> rx.Component:
    return rx.el.input(
        type="radio",
        name=name,
        value=value,
        checked=chosen == value,
        on_change=on_change,
        class_name="unseen",
        **attributes,
    )


def _preset(name: str, hue: int, on_preset: Callable[[int], Any]) -> rx.Component:
    return rx.el.button(
        type="button",
        class_name="hue-preset",
        aria_label=name,
        title=name,
        data_hue=hue,
        custom_attrs={"style": {"--hue": hue}},
        on_click=on_preset(hue),
    )
