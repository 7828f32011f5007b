"""Neon: night, two coloured lights from both sides, the city's lamps out of focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import bokeh, finish, light
from portrait_app.darkroom.light import Lamp
from portrait_app.darkroom.planes import blur, curve, luminance, mix, rgb, saturate, to_display
from portrait_app.darkroom.retouch import expose, retouch
from portrait_app.darkroom.styles.style import Sitting, Style

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Colour, Picture

# A third of the colour circle apart, or more: nearer ones make the whole picture one colour.
_PAIRS: tuple[tuple[Colour, Colour], ...] = (
    ((1.0, 0.08, 0.45), (0.03, 0.6, 1.0)),  # magenta, cyan
    ((1.0, 0.22, 0.06), (0.08, 0.42, 1.0)),  # orange, blue
    ((0.62, 0.1, 1.0), (0.02, 0.85, 0.62)),  # violet, green
    ((1.0, 0.5, 0.03), (0.36, 0.1, 1.0)),  # amber, violet
)

_CONTRAST = [(0.0, 0.0), (0.2, 0.17), (0.55, 0.58), (1.0, 1.0)]


def paint(sitting: Sitting) -> Picture:
    """See the module."""
    sitter, rng, side = sitting.sitter, sitting.rng, sitting.side
    warm, cool = _PAIRS[int(rng.integers(len(_PAIRS)))]
    person = expose(sitter, retouch(sitter, 0.4), sitting.tone)
    flat = light.flatten(sitter, person, 0.85)
    flat = mix(flat, np.repeat(luminance(flat)[..., None], 3, axis=2), 0.55)  # coloured light on grey, mostly
    left = Lamp((-side * 0.95, -0.15, 0.42), _bright(warm, 2.6), wrap=0.2, shadow=0.4)
    right = Lamp((side * 0.95, -0.1, 0.36), _bright(cool, 2.6), wrap=0.16, shadow=0.4)
    linear = light.lit(sitter, flat, [left, right], (0.15, 0.13, 0.19))
    for lamp, colour in ((left, warm), (right, cool)):
        linear += light.gleam(sitter, lamp, 14)[..., None] * rgb(colour) * 0.16
        linear += light.rim(sitter, (lamp.toward[0], -0.35), 0.035)[..., None] * rgb(colour) * 0.75
    whole = finish.lay(
        sitter, curve(saturate(to_display(linear), 1.12), _CONTRAST), _night(sitting, warm, cool), wrap=0.3
    )
    glowing = finish.glow(whole, 0.6, sitter.face_px * 0.05, (1, 1, 1), 0.7)
    return finish.grain(finish.vignette(glowing, 0.3), rng, 0.014)


def _night(sitting: Sitting, warm: Colour, cool: Colour) -> Picture:
    sitter, rng = sitting.sitter, sitting.rng
    sky = finish.seamless(sitter, rng, centre=(0.12, 0.06, 0.2), edge=(0.018, 0.012, 0.05), spread=1.7, mottle=0.08)
    face_px = sitter.face_px
    count = round(52 * sitter.shape[0] * sitter.shape[1] / 1024**2)
    lamps = bokeh.lights(
        sitter.shape,
        rng,
        colours=[warm, cool, warm, cool, (1, 0.6, 0.25), (0.5, 0.25, 1)],
        count=count,
        radii=(face_px * 0.03, face_px * 0.19),
    )
    lamps = blur(lamps, face_px * 0.008)
    return np.clip(sky + lamps + blur(lamps, face_px * 0.12) * 0.6, 0, 1).astype(np.float32)


def _bright(colour: Colour, times: float) -> Colour:
    return colour[0] * times, colour[1] * times, colour[2] * times


STYLE = Style("neon", "Neon", "Night in the city: two coloured lights and a sea of lamps behind you.", paint, 1.06)
