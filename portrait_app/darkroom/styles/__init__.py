"""The styles a portrait can be made in, by name, in the order a first set uses them."""

from __future__ import annotations

from portrait_app.darkroom.styles import studio
from portrait_app.darkroom.styles.style import Style

ALL: dict[str, Style] = {style.name: style for style in (studio.STYLE,)}

__all__ = ["ALL", "Style"]
