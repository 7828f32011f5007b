"""What only the browser can do in the gallery: open the viewer at a portrait, hold still."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.web import ui

if TYPE_CHECKING:
    from uuid import UUID

    from reflex.event import EventSpec


def show(portrait_id: UUID) -> EventSpec:
    """Open the viewer at a portrait as soon as it is in the list."""
    return ui.perform("viewer.show", f"slide-{portrait_id}")


def keep_steady() -> EventSpec:
    """Hold what is looked at in its place when new portraits come in above it."""
    return ui.perform("viewer.keepSteadyIn", ".gallery-rows > .picture-rows")
