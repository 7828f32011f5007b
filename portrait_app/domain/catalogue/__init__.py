"""Trainers, portrait models, video models and shapes as data: a new model is a new entry and no code."""

from portrait_app.domain.catalogue.entries import (
    HIGHEST_SEED,
    TRIGGER_WORD,
    Generator,
    Trainer,
    Video,
    VideoSize,
)
from portrait_app.domain.catalogue.portraits import GENERATORS
from portrait_app.domain.catalogue.shapes import ASPECTS, Aspect
from portrait_app.domain.catalogue.trainers import BUILT_IN, TRAINERS
from portrait_app.domain.catalogue.traits import Kind, Mark, Number
from portrait_app.domain.catalogue.videos import VIDEOS

__all__ = [
    "ASPECTS",
    "BUILT_IN",
    "GENERATORS",
    "HIGHEST_SEED",
    "TRAINERS",
    "TRIGGER_WORD",
    "VIDEOS",
    "Aspect",
    "Generator",
    "Kind",
    "Mark",
    "Number",
    "Trainer",
    "Video",
    "VideoSize",
]
