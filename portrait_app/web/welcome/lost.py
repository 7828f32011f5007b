"""What an address leads to that is none of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.web import shell, ui

if TYPE_CHECKING:
    import reflex as rx


def lost_page() -> rx.Component:
    """Say that nothing is here, that nothing is lost, and where to go on."""
    return shell.frame(
        "Nothing here",
        ui.empty(
            "gallery",
            "This address leads nowhere; it may be old, or mistyped. Everything you have is safe.",
            ui.link("To your portraits", "/home", kind="primary"),
        ),
        active=None,
    )
