"""Oil: flat touches of colour laid along the form, thick paint, linen, a dark warm ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import finish, light, mesh, strokes
from portrait_app.darkroom.light import Lamp
from portrait_app.darkroom.painting import canvas, kuwahara
from portrait_app.darkroom.planes import blur, luminance, mix, rgb, saturate, to_display
from portrait_app.darkroom.retouch import expose, retouch
from portrait_app.darkroom.strokes import Brush, Painted
from portrait_app.darkroom.styles.style import Sitting, Style

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Colour, Picture

_GROUNDS: tuple[tuple[Colour, Colour], ...] = (
    ((0.43, 0.32, 0.19), (0.09, 0.06, 0.04)),  # umber
    ((0.31, 0.34, 0.24), (0.06, 0.07, 0.05)),  # green earth
    ((0.40, 0.24, 0.19), (0.10, 0.05, 0.045)),  # venetian red
    ((0.27, 0.32, 0.36), (0.05, 0.06, 0.08)),  # slate blue
)


def paint(sitting: Sitting) -> Picture:
    """See the module."""
    sitter, rng, side = sitting.sitter, sitting.rng, sitting.side
    person = expose(sitter, retouch(sitter, 0.5), sitting.tone)
    key = Lamp((side * 0.65, -0.5, 0.65), (1.05, 1.0, 0.9), wrap=0.22, shadow=0.4)
    linear = light.lit(sitter, light.flatten(sitter, person, 0.8), [key], (0.3, 0.29, 0.28))
    ground = _GROUNDS[int(rng.integers(len(_GROUNDS)))]
    backdrop = finish.seamless(
        sitter, rng, centre=ground[0], edge=ground[1], light_from=(-side * 0.5, -0.05), spread=1.5, mottle=0.16
    )
    scene = finish.lay(sitter, to_display(linear), backdrop, wrap=0.35)
    scene = np.clip(saturate(scene, 1.22) * rgb((1.05, 1.0, 0.88)), 0, 1).astype(np.float32)
    return finish.vignette(_varnish(_touches(scene, sitting), scene, sitting), 0.2)


def _touches(scene: Picture, sitting: Sitting) -> Painted:
    """Broad strokes for ground and cloth, smaller ones for the head, the finest for eyes and mouth."""
    sitter, face_px = sitting.sitter, sitting.sitter.face_px
    head = mesh.fill(sitter.points, mesh.OVAL, sitter.shape, face_px * 0.05)
    fine = mesh.features(sitter.points, sitter.shape, face_px * 0.03)
    care = np.clip(0.25 * sitter.alpha + 0.45 * head + 0.5 * fine, 0, 1).astype(np.float32)
    brushes = (
        Brush(face_px * 0.05, 0.0, 8),
        Brush(face_px * 0.022, 0.05, 9),
        Brush(face_px * 0.011, 0.07, 9),
        Brush(face_px * 0.0055, 0.13, 8),
        Brush(face_px * 0.003, 0.21, 7),
    )
    return strokes.paint(scene, brushes, care, sitting.rng)


def _varnish(painted: Painted, scene: Picture, sitting: Sitting) -> Picture:
    """Light on the ridges of the paint, the weave of the linen; the eyes stay as clear as a small brush makes them."""
    sitter = sitting.sitter
    fine = mesh.features(sitter.points, sitter.shape, sitter.face_px * 0.02)
    picture = mix(painted.picture, kuwahara(scene, sitter.face_px * 0.007), fine * 0.55)
    thick = blur(painted.height, 0.7)
    ridge = cv2.Sobel(thick, cv2.CV_32F, 1, 0, ksize=3) + cv2.Sobel(thick, cv2.CV_32F, 0, 1, ksize=3)
    lit = 1 + 0.05 * np.clip(ridge, -1.5, 1.5) * (0.35 + 0.65 * luminance(picture)) * (1 - 0.6 * fine)
    weave = np.clip(canvas(sitter.shape, sitting.rng), -2, 2) * 0.007
    return np.clip(picture * lit[..., None] + weave[..., None], 0, 1).astype(np.float32)


STYLE = Style("oil", "Oil", "Painted in thick oil on linen, warm and old.", paint, 0.93, is_photographic=False)
