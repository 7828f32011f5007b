"""Oil: flat touches of colour laid along the form, thick paint, linen, a dark warm ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import finish, light, mesh
from portrait_app.darkroom.light import Lamp
from portrait_app.darkroom.painting import along, canvas, flow, kuwahara
from portrait_app.darkroom.planes import blur, cloud, luminance, mix, saturate, to_display
from portrait_app.darkroom.retouch import expose, retouch
from portrait_app.darkroom.styles.style import Sitting, Style

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Colour, Picture, Plane

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
    scene = np.clip(saturate(scene, 1.22) * np.float32((1.05, 1.0, 0.88)), 0, 1).astype(np.float32)
    fine = mesh.features(sitter.points, sitter.shape, sitter.face_px * 0.028)
    return finish.vignette(_relief(_strokes(scene, fine, sitter.face_px), sitting), 0.2)


def _strokes(scene: Picture, fine: Plane, face_px: float) -> Picture:
    """Broad touches everywhere, small ones where the eyes and the mouth are; then drawn out along the form."""
    broad = kuwahara(kuwahara(scene, face_px * 0.026), face_px * 0.018)
    small = kuwahara(scene, face_px * 0.009)
    touches = mix(broad, small, np.clip(fine * 0.95, 0, 1))
    drawn = along(touches, flow(touches, face_px * 0.013), max(3, round(face_px * 0.016)))
    drawn = mix(drawn, touches, fine * 0.6)
    return np.clip(drawn + (drawn - blur(drawn, face_px * 0.007)) * 0.9, 0, 1).astype(np.float32)


def _relief(painted: Picture, sitting: Sitting) -> Picture:
    """The ridges that bristles leave in thick paint, lit from above left; and the linen beneath."""
    sitter, rng = sitting.sitter, sitting.rng
    heading = flow(painted, sitter.face_px * 0.02)
    swirl = cloud(sitter.shape, rng, sitter.face_px * 0.9)  # where nothing leads the brush, it wanders
    wander = np.dstack([np.cos(swirl * 1.3), np.sin(swirl * 1.3)]).astype(np.float32)
    heading = mix(wander, heading, blur(sitter.alpha, sitter.face_px * 0.02))
    heading /= np.linalg.norm(heading, axis=2, keepdims=True) + 1e-6
    bristles = along(rng.standard_normal(sitter.shape, np.float32), heading, max(4, round(sitter.face_px * 0.026)))
    bristles = blur(bristles / bristles.std(), 0.8)
    ridge = cv2.Sobel(bristles, cv2.CV_32F, 1, 0, ksize=3) + cv2.Sobel(bristles, cv2.CV_32F, 0, 1, ksize=3)
    thick = 0.3 + 0.7 * luminance(painted)
    lit = 1 + 0.011 * np.clip(ridge, -4, 4) * thick + 0.03 * np.clip(bristles, -2, 2) * thick
    weave = np.clip(canvas(sitter.shape, rng), -2, 2) * 0.009
    return np.clip(painted * lit[..., None] + weave[..., None], 0, 1).astype(np.float32)


STYLE = Style("oil", "Oil", "Painted in thick oil on linen, warm and old.", paint, is_photographic=False)
