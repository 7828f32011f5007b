"""Pop: four screen prints of one face, each in other inks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh
from portrait_app.darkroom.painting import difference_of_gaussians
from portrait_app.darkroom.planes import blur, luminance, mix, rgb, smoothstep
from portrait_app.darkroom.retouch import expose, retouch
from portrait_app.darkroom.styles.style import Sitting, Style

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Colour, Picture, Plane

# From the darkest tone to the lightest, then the lips, then the ground.
_INKS: tuple[tuple[Colour, ...], ...] = (
    (
        (0.10, 0.06, 0.26),
        (0.91, 0.16, 0.44),
        (0.99, 0.72, 0.30),
        (1.0, 0.95, 0.80),
        (0.86, 0.08, 0.22),
        (0.18, 0.72, 0.80),
    ),
    (
        (0.06, 0.12, 0.26),
        (0.02, 0.52, 0.62),
        (0.97, 0.60, 0.58),
        (1.0, 0.93, 0.82),
        (0.80, 0.10, 0.20),
        (0.98, 0.77, 0.20),
    ),
    (
        (0.19, 0.05, 0.22),
        (0.45, 0.20, 0.70),
        (0.46, 0.82, 0.62),
        (0.95, 0.98, 0.80),
        (0.92, 0.28, 0.45),
        (0.97, 0.42, 0.38),
    ),
    (
        (0.08, 0.08, 0.10),
        (0.82, 0.24, 0.14),
        (0.97, 0.70, 0.48),
        (1.0, 0.95, 0.84),
        (0.72, 0.06, 0.14),
        (0.34, 0.50, 0.92),
    ),
)
_DOT_PX = 7.0


def paint(sitting: Sitting) -> Picture:
    """See the module."""
    sitter, (height, width) = sitting.sitter, sitting.sitter.shape
    person = expose(sitter, retouch(sitter, 0.8), max(0.5, sitting.tone))
    sizes = ((width // 2, height // 2), (width - width // 2, height - height // 2))
    order = sitting.rng.permutation(len(_INKS))
    print_ = np.zeros((height, width, 3), np.float32)
    for number, inks in enumerate(order):
        column, row = number % 2, number // 2
        size = (sizes[column][0], sizes[row][1])
        panel = _panel(sitting, person, _INKS[int(inks)], size)
        y, x = row * sizes[0][1], column * sizes[0][0]
        print_[y : y + size[1], x : x + size[0]] = panel
    return print_


def _panel(sitting: Sitting, person: Picture, inks: tuple[Colour, ...], size: tuple[int, int]) -> Picture:
    """One print: four flat tones, ink lines, dots where the shade begins."""
    sitter, face_px = sitting.sitter, sitting.sitter.face_px / 2
    exact = _small(mesh.features(sitter.points, sitter.shape, sitter.face_px * 0.02), size)
    light = _even(_small(luminance(person), size), exact, face_px)
    alpha = smoothstep(0.4, 0.6, blur(_small(sitter.alpha, size), 0.8))
    soft = mix(blur(light, face_px * 0.008), light, exact)
    steps = np.quantile(soft[alpha > 0.5], (0.24, 0.52, 0.82)) if (alpha > 0.5).any() else (0.25, 0.5, 0.8)  # noqa: PLR2004  # half covered
    tones = np.broadcast_to(rgb(inks[0]), (*soft.shape, 3))
    for step, ink in zip(steps, inks[1:4], strict=True):
        tones = mix(tones, np.broadcast_to(rgb(ink), tones.shape), smoothstep(step - 0.018, step + 0.018, soft))
    dots = _dots(soft.shape, np.clip((float(steps[1]) - soft) / 0.22 + 0.35, 0, 0.8))
    shade = dots * smoothstep(float(steps[0]) - 0.02, float(steps[0]) + 0.02, soft)
    tones = mix(tones, np.broadcast_to(rgb(inks[1]), tones.shape), shade * 0.85)
    lips = np.clip(_small(_lips(sitting), size) * 0.8, 0, 1)
    tones = mix(tones, rgb(inks[4]) * (0.55 + 0.6 * soft[..., None]), lips)
    lines = difference_of_gaussians(light, max(1.0, face_px * 0.007), 0.4, 10)
    tones = mix(tones, np.broadcast_to(rgb(inks[0]), tones.shape), (1 - lines) * 0.9)
    ground = np.broadcast_to(rgb(inks[5]), tones.shape)
    return np.clip(mix(ground, tones, alpha), 0, 1).astype(np.float32)


def _even(light: Plane, exact: Plane, face_px: float) -> Plane:
    """Calm grain and pores, though less where `exact`; then bring out the form in dark and light parts alike."""
    calm = light
    for _ in range(3):
        calm = np.asarray(cv2.bilateralFilter(calm, -1, 0.1, face_px * 0.014), np.float32)
    calm = np.clip(mix(calm, light, exact * 0.85), 0, 1)
    local = cv2.createCLAHE(1.6, (4, 4)).apply(np.round(calm * 255).astype(np.uint8)).astype(np.float32) / 255
    return mix(np.asarray(cv2.bilateralFilter(local, -1, 0.1, face_px * 0.014), np.float32), local, exact)


def _lips(sitting: Sitting) -> Plane:
    points, shape = sitting.sitter.points, sitting.sitter.shape
    return np.clip(mesh.fill(points, mesh.LIPS, shape, 2) - mesh.fill(points, mesh.MOUTH, shape, 2), 0, 1)


def _dots(shape: tuple[int, ...], size: Plane) -> Plane:
    """A screen at 45 degrees: 1 inside dots whose radius grows with `size`, 0..1."""
    x, y = np.meshgrid(np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32))
    u, v = (x + y) / (_DOT_PX * 1.414), (x - y) / (_DOT_PX * 1.414)
    away = np.hypot(u - np.round(u), v - np.round(v)).astype(np.float32)
    return smoothstep(0.08, -0.08, away - 0.62 * np.sqrt(size))


def _small(plane: Plane, size: tuple[int, int]) -> Plane:
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


STYLE = Style("pop", "Pop", "Four screen prints in loud inks, sixties style.", paint, 1.12, is_photographic=False)
