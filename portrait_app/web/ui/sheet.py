"""Sheets: they rise from below on a phone and stand in the middle when there is room; the browser's own <dialog>."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.web.ui.button import button, icon_button
from portrait_app.web.ui.script import perform

if TYPE_CHECKING:
    from reflex.event import EventSpec

    from portrait_app.web.ui.kinds import Act, Child, Truth, Words


def sheet(name: str, title: Words, *children: Child, actions: tuple[rx.Component, ...] = ()) -> rx.Component:
    """Lay out a sheet that stays closed until a button with `opens=name` (or `open_sheet(id)`) opens it.

    Escape, a tap beside it, a swipe down and its own button close it. `actions` stand at its foot, the main one last
    in a row when wide and first on a phone.
    """
    return rx.el.dialog(
        rx.el.div(
            rx.el.h2(title, id=f"{name}-title", class_name="sheet-title"),
            icon_button("close", "Close", closes=name),
            class_name="sheet-head",
        ),
        rx.el.div(*children, class_name="sheet-body"),
        *([rx.el.div(*actions, class_name="sheet-actions")] if actions else []),
        id=name,
        class_name="sheet",
        aria_labelledby=f"{name}-title",
        custom_attrs={"closedby": "any"},
    )


def confirm(
    name: str,
    title: Words,
    loss: Child,
    *,
    action: Words,
    on_confirm: Act,
    keep: Words = "Keep",
    is_busy: Truth = False,
) -> rx.Component:
    """Ask once before something that cannot be undone; `loss` says in plain words what will be gone.

    `action` does it; `keep` is what one says who would rather not.
    """
    return sheet(
        name,
        title,
        rx.el.p(loss),
        actions=(
            button(action, kind="danger", is_busy=is_busy, closes=name, on_click=on_confirm),
            button(keep, closes=name),
        ),
    )


def open_sheet(name: str) -> EventSpec:
    """Open a sheet from an event handler: `return ui.open_sheet("rename")`."""
    return perform("studio.open", name)


def close_sheet(name: str) -> EventSpec:
    """Close a sheet from an event handler, once what it asked for is done."""
    return perform("studio.close", name)
