"""Film: your own surroundings through an open lens, on warm colour negative."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import bokeh, finish
from portrait_app.darkroom.planes import across, blur, curve, rgb, saturate
from portrait_app.darkroom.retouch import expose, retouch
from portrait_app.darkroom.styles.style import Sitting, Style

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Picture

# A warm negative: lifted, slightly green shadows, highlights that turn to cream (drawn by eye after Portra 400 scans).
_RED = [(0, 0.045), (0.25, 0.262), (0.5, 0.55), (0.75, 0.815), (1, 0.985)]
_GREEN = [(0, 0.05), (0.25, 0.255), (0.5, 0.525), (0.75, 0.775), (1, 0.955)]
_BLUE = [(0, 0.075), (0.25, 0.255), (0.5, 0.48), (0.75, 0.69), (1, 0.87)]


def paint(sitting: Sitting) -> Picture:
    """See the module."""
    sitter, rng, side = sitting.sitter, sitting.rng, sitting.side
    person = expose(sitter, retouch(sitter, 0.4), sitting.tone, 1.02)
    behind = bokeh.own_scene(sitter, sitter.face_px * rng.uniform(0.035, 0.06))
    whole = finish.lay(sitter, person, behind, wrap=0.15)
    negative = np.dstack([curve(whole[..., i], knots) for i, knots in enumerate((_RED, _GREEN, _BLUE))])
    leaked = _light_leak(negative.astype(np.float32), rng, side)
    halo = blur(np.clip(leaked - 0.78, 0, 1).astype(np.float32), sitter.face_px * 0.035)
    leaked = np.clip(leaked + halo * rgb((0.9, 0.3, 0.12)), 0, 1)
    return finish.grain(finish.vignette(saturate(leaked, 0.96), 0.24), rng, 0.017, 0.7)


def _light_leak(picture: Picture, rng: np.random.Generator, side: int) -> Picture:
    """Light that crept into the camera at one edge."""
    x, y = across((picture.shape[0], picture.shape[1]))
    edge = 1.05 if side > 0 else -0.05
    leak = np.exp(-((x - edge) ** 2) / 0.05 - (y - rng.uniform(0.15, 0.7)) ** 2 / 0.22) * rng.uniform(0.25, 0.6)
    return (1 - (1 - picture) * (1 - leak[..., None] * rgb((0.8, 0.36, 0.1)))).astype(np.float32)


STYLE = Style(
    "film", "Film", "Where you really were, through an open lens, on warm colour film.", paint, is_scene_shown=True
)
