"""Names what a training is doing, by the lines of its log."""

from __future__ import annotations

import re
from dataclasses import dataclass

LEARNING, SAVING = "Learning your face", "Saving your face model"
_PREPARING, _GETTING_READY, _WARMING_UP = "Preparing your photos", "Getting ready", "Warming up"


@dataclass(frozen=True)
class Phase:
    """A stretch of a training, recognised by a line of its log; `has_bar`: the trainer's own bar runs within it."""

    line: str
    words: str
    has_bar: bool = False


# Lines of the darkroom, and of the trainers built on ai-toolkit (ostris/flux-dev-lora-trainer and
# qwen/qwen-image-lora-trainer: their published sources, and real logs).
_PHASES = (
    Phase(r"reading photos", "Reading your photos", has_bar=True),
    Phase(r"learning shape", "Learning the shape of your face", has_bar=True),
    Phase(r"learning texture|learning the face", LEARNING, has_bar=True),
    Phase(r"refining", "Refining your face model", has_bar=True),
    Phase(r"keeping the best", "Choosing your best photos", has_bar=True),
    Phase(r"fetching photos|extract(?:ed|ing) (?:\d+ )?(?:files|images|training)", "Opening your photos"),
    Phase(
        r"\S{1,40} \| \w+ +\| \[ (?:initiating|complete) \]|downloaded base weights|downloading |fetching \d+ files",
        "Fetching what is needed",
    ),
    Phase(r"caption for |(?:auto)?captioning", "Describing your photos"),
    Phase(r"(?:caching|saving|keeping) latents|preprocessing|dataset: |bucket sizes", _PREPARING),
    Phase(r"generating (?:images|baseline|first sample)", "Trying your face model out"),
    Phase(
        r"starting (?:train job|training|lora training)|(?:# )?running job|running +\d+ process|"
        r"the darkroom was restarted",
        _GETTING_READY,
    ),
    Phase(r"loading |quantizing|create lora network|preparing model|making pipe", _WARMING_UP),
    Phase(
        r"face model saved|saved to|saving|uploading|converting lora|created \S{1,200}\.zip|"
        r"train(?:ing)? (?:done|finished|completed)",
        SAVING,
    ),
)
_BEFORE = (
    r"(?:[^\w\s#]{1,4} )?(?:(?:INFO|WARNING):[\w.]{1,80}:)?"  # a dash or a picture, and what Python's logging adds
)
_ANY_PHASE = re.compile(_BEFORE + "(?:" + "|".join(f"({phase.line})" for phase in _PHASES) + ")", re.IGNORECASE)


def phase_in(line: str) -> Phase | None:
    """Recognise the phase that this line of a training's log begins, if it does."""
    found = _ANY_PHASE.match(line)
    return _PHASES[(found.lastindex or 1) - 1] if found else None
