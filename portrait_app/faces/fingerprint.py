"""A photo's fingerprint: 64 bits that hardly change when it is saved again, shrunk or brightened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from portrait_app.pictures.pixels import Pixels

_EDGE_PX, _KEPT = 32, 8


def fingerprint(photo: Pixels) -> str:
    """Compute the fingerprint, as 16 hexadecimal digits: the signs of the photo's coarsest waves.

    Source: the perceptual hash of Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010.
    """
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_EDGE_PX, _EDGE_PX), interpolation=cv2.INTER_AREA)
    waves = cv2.dct(small.astype(np.float32))[:_KEPT, :_KEPT].ravel()
    return np.packbits(waves > np.median(waves)).tobytes().hex()


def bits_apart(one: str, other: str) -> int:
    """Count the bits in which two fingerprints differ: 0 the same photo, about 32 unrelated ones."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
