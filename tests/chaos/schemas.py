"""The trainers that the provider offers, and what a face model takes in, with the input names of the real ones."""

from __future__ import annotations

import hashlib
from typing import Any

_TEXT, _URI, _WHOLE, _NUMBER, _FLAG = (
    {"type": "string"},
    {"type": "string", "format": "uri"},
    {"type": "integer"},
    {"type": "number"},
    {"type": "boolean"},
)
TRAINERS: dict[str, dict[str, Any]] = {
    "darkroom/face-trainer": {"input_images": _URI, "trigger_word": _TEXT, "seed": _WHOLE, "steps": _WHOLE},
    "ostris/flux-dev-lora-trainer": {
        "input_images": _URI, "trigger_word": _TEXT, "autocaption": _FLAG, "autocaption_prefix": _TEXT,
        "autocaption_suffix": _TEXT, "steps": _WHOLE, "learning_rate": _NUMBER, "batch_size": _WHOLE,
        "resolution": _TEXT, "lora_rank": _WHOLE, "caption_dropout_rate": _NUMBER, "optimizer": _TEXT,
    },
    "replicate/fast-flux-trainer": {
        "input_images": _URI, "trigger_word": _TEXT, "lora_type": _TEXT, "training_steps": _WHOLE,
    },
    "qwen/qwen-image-lora-trainer": {
        "dataset": _URI, "steps": _WHOLE, "learning_rate": _NUMBER, "lora_rank": _WHOLE, "default_caption": _TEXT,
        "batch_size": _WHOLE, "optimizer": _TEXT, "seed": _WHOLE,
    },
}  # fmt: skip
_FACE_MODEL: dict[str, Any] = {
    "prompt": _TEXT, "style": _TEXT, "num_outputs": _WHOLE, "aspect_ratio": _TEXT, "seed": _WHOLE, "model": _TEXT,
    "output_format": _TEXT, "output_quality": _WHOLE, "num_inference_steps": _WHOLE, "guidance_scale": _NUMBER,
    "lora_scale": _NUMBER, "go_fast": _FLAG, "megapixels": _TEXT, "width": _WHOLE, "height": _WHOLE,
}  # fmt: skip


def version(trainer: str) -> dict[str, Any]:
    """A trainer's newest version."""
    return _version(hashlib.sha256(trainer.encode()).hexdigest(), TRAINERS[trainer], "TrainingInput")


def face_model(version_id: str) -> dict[str, Any]:
    """A face model's version."""
    return _version(version_id, _FACE_MODEL, "Input")


def _version(version_id: str, inputs: dict[str, Any], noun: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": inputs}
    return {
        "id": version_id,
        "created_at": "2026-01-01T00:00:00Z",
        "openapi_schema": {"components": {"schemas": {noun: schema, "Input": schema}}},
    }
