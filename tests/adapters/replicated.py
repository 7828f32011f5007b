"""What the models of the catalogue say of themselves at Replicate: schemas in Cog's form, written by us after their
published sources, with the limits that matter to us."""

from __future__ import annotations

from typing import Any

TEXT, WHOLE, NUMBER, YES_OR_NO = ({"type": kind} for kind in ("string", "integer", "number", "boolean"))
FILE = {"type": "string", "format": "uri"}


def within(least: float, most: float, kind: str = "integer") -> dict[str, Any]:
    return {"type": kind, "minimum": least, "maximum": most}


def one_of(*choices: str | int) -> dict[str, Any]:
    """A choice as Cog writes it: an enumeration of its own that the input points to."""
    return {"enum": list(choices), "type": "string" if isinstance(choices[0], str) else "integer"}


def document(noun: str, inputs: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """An OpenAPI document as Cog makes it."""
    choices = {name: schema for name, schema in inputs.items() if "enum" in schema}
    properties = {
        name: {"allOf": [{"$ref": f"#/components/schemas/{name}"}]} if name in choices else schema
        for name, schema in inputs.items()
    }
    part = {"type": "object", "title": noun, "properties": properties, "required": required}
    return {"openapi": "3.0.2", "components": {"schemas": {**choices, noun: part}}}


_FLUX_TRAINING: dict[str, Any] = {
    "input_images": FILE,
    "trigger_word": TEXT,
    "autocaption": YES_OR_NO,
    "autocaption_prefix": TEXT | {"nullable": True},
    "steps": within(3, 6000),
    "learning_rate": NUMBER,
    "lora_rank": within(1, 128),
    "caption_dropout_rate": within(0, 1, "number"),
    "optimizer": one_of("prodigy", "adamw8bit", "lion8bit"),
}
_QWEN_TRAINING: dict[str, Any] = {
    "dataset": FILE,
    "steps": within(100, 6000),
    "lora_rank": within(8, 128),
    "default_caption": TEXT,
    "batch_size": one_of(1, 2, 4),
    "seed": {"anyOf": [WHOLE, {"type": "null"}]},
}
_FLUX_PORTRAITS: dict[str, Any] = {
    "prompt": TEXT,
    "aspect_ratio": one_of("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21", "custom"),
    "model": one_of("dev", "schnell"),
    "num_outputs": within(1, 4),
    "seed": WHOLE,
    "output_format": one_of("webp", "jpg", "png"),
    "output_quality": within(0, 100),
    "disable_safety_checker": YES_OR_NO,
}
_QWEN_PORTRAITS: dict[str, Any] = {
    "prompt": TEXT,
    "aspect_ratio": one_of("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"),
    "width": within(512, 2048) | {"nullable": True},
    "height": within(512, 2048) | {"nullable": True},
    "seed": WHOLE,
    "output_format": one_of("webp", "jpg", "png"),
    "output_quality": within(0, 100),
}
_WAN: dict[str, Any] = {
    "image": FILE,
    "prompt": TEXT,
    "num_frames": within(81, 121),
    "resolution": one_of("480p", "720p"),
    "frames_per_second": within(5, 30),
    "seed": WHOLE,
    "disable_safety_checker": YES_OR_NO,
}
_KLING: dict[str, Any] = {
    "start_image": FILE,
    "prompt": TEXT,
    "mode": one_of("standard", "pro"),
    "duration": one_of(5, 10),
    "negative_prompt": TEXT,
}
_SEEDANCE: dict[str, Any] = {
    "image": FILE,
    "prompt": TEXT,
    "duration": within(2, 12),
    "resolution": one_of("480p", "720p", "1080p"),
    "fps": one_of(24),
    "camera_fixed": YES_OR_NO,
    "seed": WHOLE,
}

TRAINING = "TrainingInput"
TRAINERS: dict[str, dict[str, Any]] = {
    "flux-dev": document(TRAINING, _FLUX_TRAINING, ["input_images"]),
    "fast-flux": document(
        TRAINING,
        {
            "input_images": FILE,
            "trigger_word": TEXT,
            "lora_type": one_of("subject", "style"),
            "training_steps": within(1, 4000),
        },
        ["input_images", "trigger_word"],
    ),
    "qwen": document(TRAINING, _QWEN_TRAINING, ["dataset"]),
}
PORTRAITS: dict[str, dict[str, Any]] = {
    "flux-dev": document("Input", _FLUX_PORTRAITS, ["prompt"]),
    "qwen": document("Input", _QWEN_PORTRAITS, ["prompt"]),
}
VIDEOS: dict[str, dict[str, Any]] = {
    "wan-fast": document("Input", _WAN, ["image", "prompt"]),
    "kling": document("Input", _KLING, ["prompt", "start_image"]),
    "seedance-lite": document("Input", _SEEDANCE, ["prompt"]),
}
