"""Golden: the last hour of the day where you were, the sun low behind your shoulder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import bokeh, finish, light
from portrait_app.darkroom.light import Lamp
from portrait_app.darkroom.planes import across, curve, rgb, saturate, to_display
from portrait_app.darkroom.retouch import expose, retouch
from portrait_app.darkroom.styles.style import Sitting, Style

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Picture

_SUN = (1.0, 0.58, 0.22)


def paint(sitting: Sitting) -> Picture:
    """See the module."""
    sitter, rng, side = sitting.sitter, sitting.rng, sitting.side
    person = expose(sitter, retouch(sitter, 0.5), sitting.tone)
    flat = light.flatten(sitter, person, 0.75)
    sun = Lamp((side * 0.95, -0.3, 0.35), (0.95, 0.62, 0.34), wrap=0.25, shadow=0.25)
    sky = Lamp((-side * 0.35, -0.5, 0.8), (0.42, 0.4, 0.42), wrap=0.5)
    linear = light.lit(sitter, flat, [sun, sky], (0.34, 0.31, 0.29))
    linear += light.rim(sitter, (side, -0.35), 0.045)[..., None] * rgb(_SUN) * 0.75
    linear += light.gleam(sitter, sun, 16)[..., None] * rgb(_SUN) * 0.06
    evening = _evening(sitting, side)
    whole = finish.lay(sitter, to_display(linear), evening, wrap=0.45)
    flared = _flare(whole, side, rng)
    warm = np.clip(saturate(flared, 1.06) * rgb((1.03, 0.985, 0.9)), 0, 1).astype(np.float32)
    return finish.grain(finish.vignette(curve(warm, [(0, 0.02), (0.3, 0.29), (0.7, 0.73), (1, 1)]), 0.18), rng, 0.01)


def _evening(sitting: Sitting, side: int) -> Picture:
    """The photo's own scene, far out of focus, bathed in the sun's colour toward its side."""
    sitter, rng = sitting.sitter, sitting.rng
    scene = bokeh.own_scene(sitter, sitter.face_px * rng.uniform(0.09, 0.13))
    x, y = across(sitter.shape)
    toward = x if side > 0 else 1 - x
    lamps = bokeh.lights(
        sitter.shape,
        rng,
        colours=[_SUN, (1.0, 0.72, 0.36), (1.0, 0.84, 0.55)],
        count=round(22 * sitter.shape[0] * sitter.shape[1] / 1024**2),
        radii=(sitter.face_px * 0.05, sitter.face_px * 0.16),
        strength=(0.04, 0.16),
    )
    tint = rgb((1.06, 0.82, 0.56)) * (0.62 + 0.45 * toward[..., None] * (1.1 - 0.5 * y[..., None]))
    return np.clip(scene * tint + lamps * (0.3 + 0.7 * toward[..., None]), 0, 1).astype(np.float32)


def _flare(picture: Picture, side: int, rng: np.random.Generator) -> Picture:
    """The low sun, just outside the frame, veils that corner."""
    x, y = across((picture.shape[0], picture.shape[1]))
    ratio = picture.shape[1] / picture.shape[0]
    away = np.hypot((x - (1.02 if side > 0 else -0.02)) * ratio, y - rng.uniform(0.02, 0.25))
    veil = np.exp(-((away / 0.5) ** 1.4)) * rng.uniform(0.6, 0.85)
    return (1 - (1 - picture) * (1 - veil[..., None] * rgb((0.95, 0.62, 0.26)))).astype(np.float32)


STYLE = Style("golden", "Golden hour", "The last hour of sun, low over your shoulder.", paint, 0.9, is_scene_shown=True)
