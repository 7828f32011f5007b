"""What a style is: a name, words for people, how near the camera stands, and how it paints a sitter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from portrait_app.darkroom.planes import Picture
    from portrait_app.darkroom.sitter import Sitter


@dataclass(frozen=True)
class Sitting:
    """What a style is given: the person in the frame, their skin's own brightness (0..1), and the dice of the seed."""

    sitter: Sitter
    tone: float
    rng: np.random.Generator

    @property
    def side(self) -> int:
        """Which side the main light stands on, by the dice: -1 left, 1 right."""
        return -1 if self.rng.random() < 0.5 else 1  # noqa: PLR2004 -- a coin


@dataclass(frozen=True)
class Style:
    """A way of making a portrait.

    Args: name: what the engine's API calls it. title, description: for people. paint: makes the picture. closeness:
        see `framing.compose`. is_photographic: whether it stays a photograph. is_scene_shown:
            whether the photo's own background is seen, so that the frame should stay inside it.
    """

    name: str
    title: str
    description: str
    paint: Callable[[Sitting], Picture]
    closeness: float = 1.0
    is_photographic: bool = True
    is_scene_shown: bool = False
