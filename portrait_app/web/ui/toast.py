"""Words in passing: what just happened, said above the tab bar, and undone from there where it can be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import reflex as rx
from reflex_base.utils.format import format_queue_events

if TYPE_CHECKING:
    from reflex.event import EventSpec

    from portrait_app.web.ui.kinds import Tone


def show(
    headline: str, hint: str = "", *, kind: Tone = "plain", undo: Any = None, undo_label: str = "Undo"
) -> EventSpec:
    """Say what just happened, from an event handler: `yield ui.toast.show("Deleted", undo=Gallery.restore(key))`.

    It stays 4.5 s, or 9 s when it is an error or can be undone, and never goes while it is touched or focused.
    """
    words = json.dumps({"headline": headline, "hint": hint, "kind": kind, "undo": undo_label})
    # The callback is evaluated where Reflex's own callbacks are, so it may queue events by itself.
    back = str(format_queue_events(undo)) if undo is not None else "null"
    return rx.call_script(f"studio.toast({words}, {back})")


def place() -> rx.Component:
    """Make the place where toasts appear; the shell has one, above everything."""
    return rx.el.div(class_name="toasts", role="status", aria_live="polite", custom_attrs={"popover": "manual"})
