"""Noir: one hard light from the side, blinds on the wall, black and white with grain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import finish, light
from portrait_app.darkroom.light import Lamp
from portrait_app.darkroom.planes import across, blur, curve, luminance, rgb, smoothstep, to_display
from portrait_app.darkroom.retouch import expose, retouch
from portrait_app.darkroom.styles.style import Sitting, Style

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Picture


def paint(sitting: Sitting) -> Picture:
    """See the module."""
    sitter, rng, side = sitting.sitter, sitting.rng, sitting.side
    person = expose(sitter, retouch(sitter, 0.15), sitting.tone)
    flat = light.flatten(sitter, person, 0.9)
    key = Lamp((side * rng.uniform(0.8, 1.0), -0.45, 0.5), (2.1, 2.1, 2.1), wrap=0.04, shadow=0.93)
    linear = light.lit(sitter, flat, [key], (0.035, 0.035, 0.035))
    linear += light.gleam(sitter, key, 18)[..., None] * 0.06
    linear += light.rim(sitter, (-side, -0.3), 0.022)[..., None] * 0.17
    grey = luminance(to_display(linear))
    grey = grey + (grey - blur(grey, sitter.face_px * 0.006)) * 0.35
    grey = curve(np.clip(grey, 0, 1), [(0, 0), (0.2, 0.15), (0.5, 0.53), (0.8, 0.88), (1, 1)])
    whole = finish.lay(sitter, np.repeat(grey[..., None], 3, axis=2), _wall(sitting, side), wrap=0.1)
    toned = finish.vignette(whole, 0.4) * rgb((1.015, 1.0, 0.97))
    return finish.grain(toned, rng, 0.03, 0.8)


def _wall(sitting: Sitting, side: int) -> Picture:
    """A dark wall; the lamp throws the slats of a blind across it."""
    sitter, rng = sitting.sitter, sitting.rng
    wall = finish.seamless(
        sitter,
        rng,
        centre=(0.3, 0.3, 0.3),
        edge=(0.02, 0.02, 0.022),
        light_from=(-side * 0.9, -0.2),
        spread=1.2,
        mottle=0.07,
    )
    x, y = across(sitter.shape)
    ratio = sitter.shape[1] / sitter.shape[0]
    slant = rng.uniform(0.16, 0.32) * side
    slats = smoothstep(
        -0.25, 0.35, np.sin((y + x * ratio * slant) * 2 * np.pi * sitter.shape[0] / sitter.face_px * 2.6)
    )
    slats = blur(slats, sitter.face_px * 0.018)
    away = smoothstep(1.0, 0.1, x if side > 0 else 1 - x)
    return (wall * (0.45 + 0.85 * slats * (0.25 + 0.75 * away))[..., None]).astype(np.float32)


STYLE = Style(
    "noir", "Noir", "Hard light from the side, deep shadows, blinds on the wall: a film of the forties.", paint, 1.1
)
