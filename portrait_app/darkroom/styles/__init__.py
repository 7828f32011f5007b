"""The styles a portrait can be made in, by name, in the order a first set uses them."""

from __future__ import annotations

from portrait_app.darkroom.styles import corporate, film, golden, neon, noir, oil, pop, silver, studio
from portrait_app.darkroom.styles.style import Style

ALL: dict[str, Style] = {
    style.STYLE.name: style.STYLE for style in (studio, film, noir, neon, golden, oil, silver, corporate, pop)
}

__all__ = ["ALL", "Style"]
