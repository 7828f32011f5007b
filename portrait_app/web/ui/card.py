"""Surfaces: a card for one thing, and a list with hairlines for several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.web.ui.button import room_link
from portrait_app.web.ui.icon import icon

if TYPE_CHECKING:
    from portrait_app.web.ui.kinds import Child, Words


def card(*children: Child, href: Words | None = None) -> rx.Component:
    """One thing on a raised surface; with `href` the whole of it leads there."""
    if href is not None:
        return room_link(*children, href=href, class_name="card")
    return rx.el.div(*children, class_name="card")


def lines(*children: Child) -> rx.Component:
    """A list on one surface; give it `line(...)`s."""
    return rx.el.div(*children, class_name="lines")


def line(*children: Child, href: Words | None = None) -> rx.Component:
    """One line of a list: the first thing in it that is no icon takes the room that is left.

    With `href` the whole of it leads there, and says so by an arrow at its end.
    """
    if href is not None:
        return room_link(*children, icon("next"), href=href, class_name="line")
    return rx.el.div(*children, class_name="line")
