"""Makes pictures smaller."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2

if TYPE_CHECKING:
    from portrait_app.pictures.pixels import Pixels


def shrunken(pixels: Pixels, edge_px: int) -> Pixels:
    """Shrink a picture, of any number of channels, until its longer side is `edge_px`; a smaller one stays as it is."""
    height, width = pixels.shape[:2]
    scale = edge_px / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cast("Pixels", cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
