"""Corporate: a bright, even light and a sunlit office far out of focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import bokeh, finish, light
from portrait_app.darkroom.light import Lamp
from portrait_app.darkroom.planes import blur, curve, rgb, saturate, to_display
from portrait_app.darkroom.retouch import expose, retouch
from portrait_app.darkroom.styles.style import Sitting, Style

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Colour, Picture

_ROOMS: tuple[tuple[Colour, Colour, Colour], ...] = (  # wall, glass, daylight
    ((0.80, 0.83, 0.87), (0.58, 0.68, 0.78), (0.98, 0.99, 1.0)),
    ((0.84, 0.82, 0.79), (0.66, 0.66, 0.64), (1.0, 0.98, 0.94)),
    ((0.76, 0.82, 0.82), (0.52, 0.66, 0.68), (0.96, 1.0, 0.99)),
)


def paint(sitting: Sitting) -> Picture:
    """See the module."""
    sitter, rng, side = sitting.sitter, sitting.rng, sitting.side
    person = expose(sitter, retouch(sitter, 0.7), sitting.tone, 1.06)
    flat = light.flatten(sitter, person, 0.7)
    key = Lamp((side * 0.4, -0.4, 0.9), (0.62, 0.61, 0.59), wrap=0.5, shadow=0.15)
    fill = Lamp((-side * 0.8, -0.1, 0.6), (0.2, 0.21, 0.23), wrap=0.5)
    linear = light.lit(sitter, flat, [key, fill], (0.36, 0.365, 0.375))
    linear += light.rim(sitter, (-side, -0.5), 0.035)[..., None] * rgb((0.13, 0.135, 0.14))
    person = saturate(curve(to_display(linear), [(0, 0.01), (0.25, 0.245), (0.6, 0.63), (1, 1)]), 1.03)
    return finish.grain(finish.lay(sitter, person, _office(sitting), wrap=0.4), rng, 0.006)


def _office(sitting: Sitting) -> Picture:
    """Panes of glass between walls, daylight from one end, some lamps; all of it blurred."""
    rng, (height, width), face_px = sitting.rng, sitting.sitter.shape, sitting.sitter.face_px
    wall, glass, daylight = _ROOMS[int(rng.integers(len(_ROOMS)))]
    room = np.full((height, width, 3), wall, np.float32)
    x = rng.uniform(-0.3, 0.1) * face_px
    while x < width:
        pane = rng.uniform(0.25, 0.75) * face_px
        colour = glass if rng.random() < 0.5 else daylight  # noqa: PLR2004 -- a coin
        top, bottom = rng.uniform(-0.1, 0.15) * height, rng.uniform(0.6, 0.95) * height
        cv2.rectangle(room, (round(x), round(top)), (round(x + pane), round(bottom)), colour, -1)
        x += pane + rng.uniform(0.08, 0.5) * face_px
    room = blur(room, face_px * 0.13)
    room = room * (1.04 - 0.22 * np.linspace(0, 1, height, dtype=np.float32)[:, None, None])
    lamps = bokeh.lights(
        (height, width),
        rng,
        colours=[(1, 0.98, 0.92), (0.95, 0.98, 1)],
        count=9,
        radii=(face_px * 0.04, face_px * 0.12),
    )
    return np.clip(room + blur(lamps, face_px * 0.025) * 0.3, 0, 1).astype(np.float32)


STYLE = Style("corporate", "Corporate", "A bright headshot in a sunlit office, ready for your profile.", paint)
