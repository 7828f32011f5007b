"""Words in passing: what just happened, said above the tab bar, and undone from there where it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import reflex as rx
from reflex.event import Event

from portrait_app.web.ui.script import perform

if TYPE_CHECKING:
    from reflex.event import EventSpec

    from portrait_app.web.ui.kinds import Tone


def show(
    headline: str,
    hint: str = "",
    *,
    kind: Tone = "plain",
    name: str = "",
    undo: Any = None,
    undo_label: str = "Undo",
) -> EventSpec:
    """Say what just happened, from an event handler: `yield ui.toast.show("Deleted", undo=Gallery.restore(key))`.

    Numbers in it are written the person's own way, but those in `name`, which says how something in it is called.
    It stays 4.5 s, or 9 s when it is an error or can be undone, and never goes while it is touched or focused.
    """
    words = {"headline": headline, "hint": hint, "kind": kind, "name": name, "undo": undo_label}
    back = [{"name": each.name, "payload": each.payload} for each in Event.from_event_type(undo)] if undo else None
    return perform("studio.toast", words, back)


def place() -> rx.Component:
    """Make the place where toasts appear; the shell has one, above everything."""
    return rx.el.div(class_name="toasts", role="status", aria_live="polite", custom_attrs={"popover": "manual"})
