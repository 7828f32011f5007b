"""The shapes in which pixels travel through the house."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
"""A picture: sRGB, (height, width, 3), top row first."""

Mask: TypeAlias = NDArray[np.float32]
"""How much of each pixel belongs to something: 0..1, (height, width)."""
