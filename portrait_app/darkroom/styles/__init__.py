"""The styles a portrait can be made in, by name, in the order a first set uses them."""

from __future__ import annotations

from portrait_app.darkroom.styles import corporate, film, neon, noir, oil, studio
from portrait_app.darkroom.styles.style import Style

ALL: dict[str, Style] = {style.STYLE.name: style.STYLE for style in (studio, corporate, noir, neon, film, oil)}

__all__ = ["ALL", "Style"]
