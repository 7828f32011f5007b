"""The shapes that a portrait can have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Aspect:
    """A shape of picture: its name as `width:height`, and its size in px."""

    name: str
    width: int
    height: int


# Sizes: the trained FLUX model's own table (its published source); the darkroom keeps to the same.
ASPECTS = {
    a.name: a
    for a in (
        Aspect("1:1", 1024, 1024),
        Aspect("4:5", 896, 1088),
        Aspect("3:4", 896, 1152),
        Aspect("2:3", 832, 1216),
        Aspect("9:16", 768, 1344),
        Aspect("5:4", 1088, 896),
        Aspect("4:3", 1152, 896),
        Aspect("3:2", 1216, 832),
        Aspect("16:9", 1344, 768),
    )
}
