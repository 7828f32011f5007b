"""The models that every darkroom has from the start: the trainer, and the one that sets portraits in motion."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portrait_app.darkroom.catalogue import motion_schema, trainer_schema

if TYPE_CHECKING:
    from collections.abc import Callable

OWNER = "darkroom"
TRAINER = f"{OWNER}/face-trainer"
MOTION = f"{OWNER}/portrait-motion"


@dataclass(frozen=True, slots=True)
class Offer:
    """A public model with one version."""

    name: str
    summary: str
    readme: str
    document: Callable[[], dict[str, Any]]

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{OWNER}/{self.name}"

    @property
    def version(self) -> str:
        """The id of its only version: it changes when its inputs do."""
        return hashlib.sha256(json.dumps(self.document(), sort_keys=True).encode()).hexdigest()


_TRAINER_README = """# Face trainer

Give it a zip of photos of one person as `input_images` (4 to 30 are best, 60 the most), and a model of yours as the
training's `destination`. The training makes a new version of it, whose predictions are portraits of that person.

It learns from photos and restyles them; it is not a diffusion model and invents no clothes and no scenes.
"""
_MOTION_README = """# Portrait motion

Give it a portrait as `image`, a photo or painted: the head turns a little, the person breathes and blinks, the camera
moves slowly. One MP4 comes out (H.264, 24 frames a second, 720 px on the shorter side, or the picture's own size when
that is smaller), which ends where it begins.

It bends the picture that it is given; it is not a diffusion model and invents nothing. The prompt changes no pixel. In
a picture without a face, or with several, the camera moves alone.
"""

OFFERS = {
    offer.full_name: offer
    for offer in (
        Offer(
            "face-trainer",
            "Learns a face model from a person's own photos, in seconds and on this machine.",
            _TRAINER_README,
            trainer_schema,
        ),
        Offer(
            "portrait-motion",
            "Sets a portrait in motion, in seconds and on this machine.",
            _MOTION_README,
            motion_schema,
        ),
    )
}
