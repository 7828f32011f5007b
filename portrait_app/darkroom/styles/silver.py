"""Silver: black and white on a white ground, soft light, fine grain: a quiet print to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import finish, light
from portrait_app.darkroom.light import Lamp
from portrait_app.darkroom.planes import blur, curve, rgb, to_display
from portrait_app.darkroom.retouch import expose, retouch
from portrait_app.darkroom.styles.style import Sitting, Style

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Picture

_FILTER = np.array([0.45, 0.42, 0.13], np.float32)  # a light orange filter: kind to skin of every tone
_TONE = [(0, 0.012), (0.2, 0.17), (0.5, 0.525), (0.8, 0.85), (1, 0.99)]


def paint(sitting: Sitting) -> Picture:
    """See the module."""
    sitter, rng, side = sitting.sitter, sitting.rng, sitting.side
    person = expose(sitter, retouch(sitter, 0.4), sitting.tone, 1.1)
    flat = light.flatten(sitter, person, 0.7)
    key = Lamp((side * rng.uniform(0.55, 0.8), -0.4, 0.7), (0.98, 0.98, 0.98), wrap=0.38, shadow=0.3)
    linear = light.lit(sitter, flat, [key], (0.34, 0.34, 0.34))
    linear += light.gleam(sitter, key)[..., None] * 0.03
    grey = np.asarray(to_display(linear) @ _FILTER, np.float32)
    grey = grey + (grey - blur(grey, sitter.face_px * 0.008)) * 0.3
    grey = curve(np.clip(grey, 0, 1), _TONE)
    level = float(rng.uniform(0.84, 0.93))
    ground = finish.seamless(
        sitter,
        rng,
        centre=(level + 0.05, level + 0.05, level + 0.05),
        edge=(level - 0.2, level - 0.2, level - 0.2),
        light_from=(-side * 0.4, -0.1),
        spread=2.1,
        mottle=0.008,
    )
    whole = finish.lay(sitter, np.repeat(grey[..., None], 3, axis=2), ground, wrap=0.3)
    return finish.grain(whole * rgb((1.0, 0.995, 0.98)), rng, 0.02, 0.7)


STYLE = Style("silver", "Silver", "Black and white on a bright ground: a quiet print to keep.", paint, 1.18)
