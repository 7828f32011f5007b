"""Trainers, generators and aspect ratios as data: a new model is a new entry and no code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Trainer:
    """A model that learns a face.

    Attributes:
        key: our own name for it.
        model: `owner/name` at the engine.
        photos_input: the input that takes the zip of photos.
        fixed_input: inputs that never change.
        bar_prefix: what precedes the progress bar that counts, in its log.
        generator: the key of the generator that its face models are used with.
        typical_s: how long a training usually takes, before there is one of our own to go by.
    """

    key: str
    model: str
    photos_input: str
    bar_prefix: str
    generator: str
    typical_s: float
    fixed_input: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Generator:
    """What a trained face model takes in.

    Attributes:
        speaks_styles: it knows our styles by name; otherwise the style's prompt is sent.
        most_at_once: portraits in one call.
    """

    key: str
    speaks_styles: bool
    count_input: str
    most_at_once: int
    fixed_input: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Aspect:
    """A shape of picture: its name as `width:height`, and its size in px."""

    name: str
    width: int
    height: int


TRIGGER_WORD = "TOK"

TRAINERS = {
    "darkroom": Trainer(
        key="darkroom",
        model="darkroom/face-trainer",
        photos_input="input_images",
        bar_prefix="darkroom_train",
        generator="darkroom",
        typical_s=30,
        fixed_input={"trigger_word": TRIGGER_WORD},
    ),
    "flux-dev": Trainer(
        key="flux-dev",
        model="ostris/flux-dev-lora-trainer",
        photos_input="input_images",
        bar_prefix="flux_train_replicate",
        generator="flux-dev",
        typical_s=25 * 60,
        fixed_input={"trigger_word": TRIGGER_WORD, "steps": 1000, "autocaption": True},
    ),
}

GENERATORS = {
    "darkroom": Generator("darkroom", speaks_styles=True, count_input="num_outputs", most_at_once=8),
    "flux-dev": Generator(
        "flux-dev", speaks_styles=False, count_input="num_outputs", most_at_once=4, fixed_input={"model": "dev"}
    ),
}

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
