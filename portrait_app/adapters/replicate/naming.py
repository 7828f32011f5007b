"""What the inputs of a model are called when a person is told that one doesn't fit, and what they can do about it."""

from __future__ import annotations

from portrait_app.domain.catalogue import GENERATORS, TRAINERS, VIDEOS
from portrait_app.domain.order import OrderKind

_PHOTOS = {trainer.photos_input for trainer in TRAINERS.values()}
_STYLES = {name for one in GENERATORS.values() for name in (one.prompt_input, one.style_input) if name is not None}
_SHAPES = {name for one in GENERATORS.values() for name in (one.aspect_input, *one.size_inputs) if name is not None}
_COUNTS = {one.count_input for one in GENERATORS.values() if one.count_input is not None}
_FRAMES = {video.frame_input for video in VIDEOS.values()}
_LIKE_ONE = ("ss", "us", "is")  # words that end so are no plurals


def this(field: str) -> str:
    """Return what to call an input after "work with": "these photos", "this shape", "these steps", "this"."""
    for names, said in (
        (_PHOTOS, "these photos"),
        (_STYLES, "this style"),
        (_SHAPES, "this shape"),
        (_COUNTS, "this number of portraits"),
        (_FRAMES, "this picture"),
    ):
        if field in names:
            return said
    words = field.replace("_", " ").strip()
    is_plural = words.endswith("s") and not words.endswith(_LIKE_ONE)
    return f"{'these' if is_plural else 'this'} {words}".strip()


def next_step(kind: OrderKind, field: str) -> str:
    """Say what a person can do who was told that this input of a job doesn't fit."""
    if kind is OrderKind.PREDICTION:
        return "Try another style or shape."
    if field in _PHOTOS:
        return "Try again with other photos."
    return "Whoever runs this studio finds out with “make doctor” what no longer fits."
