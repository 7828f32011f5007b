"""Pop: four screen prints of one face, each in other inks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import separation
from portrait_app.darkroom.planes import mix, rgb
from portrait_app.darkroom.retouch import expose, retouch
from portrait_app.darkroom.styles.style import Sitting, Style

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Colour, Picture
    from portrait_app.darkroom.separation import Layers

# From the darkest tone to the lightest, then the lips, then the ground.
INKS: tuple[tuple[Colour, ...], ...] = (
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


def paint(sitting: Sitting) -> Picture:
    """See the module."""
    sitter, (height, width) = sitting.sitter, sitting.sitter.shape
    person = expose(sitter, retouch(sitter, 0.8), max(0.5, sitting.tone))
    wide, high = width - width // 2, height - height // 2
    layers = separation.separate(sitter, person, (wide, high))
    order = sitting.rng.permutation(len(INKS))
    print_ = np.zeros((2 * high, 2 * wide, 3), np.float32)
    for number, inks in enumerate(order):
        y, x = number // 2 * high, number % 2 * wide
        print_[y : y + high, x : x + wide] = _panel(layers, INKS[int(inks)])
    return print_[:height, :width]


def _panel(layers: Layers, inks: tuple[Colour, ...]) -> Picture:
    """One print: four flat tones, dots where the shade begins, lips, ink lines, on its ground."""
    shape = (*layers.person.shape, 3)
    sheet = np.broadcast_to(rgb(inks[0]), shape)
    for layer, ink in zip(layers.tones, inks[1:4], strict=True):
        sheet = mix(sheet, np.broadcast_to(rgb(ink), shape), layer)
    for layer, ink in ((layers.shade, 1), (layers.lips, 4), (layers.lines, 0)):
        sheet = mix(sheet, np.broadcast_to(rgb(inks[ink]), shape), layer)
    return np.clip(mix(np.broadcast_to(rgb(inks[5]), shape), sheet, layers.person), 0, 1).astype(np.float32)


STYLE = Style("pop", "Pop", "Four screen prints in loud inks, sixties style.", paint, 1.12, is_photographic=False)
