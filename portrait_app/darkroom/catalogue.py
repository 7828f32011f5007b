"""The inputs that a darkroom's models take: the trainer, the trained ones, and the one that makes films."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HARDWARE = [{"sku": "cpu", "name": "CPU"}]

# The sizes of FLUX's ratios, so that a client made for FLUX models finds its own.
ASPECT_RATIOS: Mapping[str, tuple[int, int]] = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "3:4": (896, 1152),
    "4:3": (1152, 896),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}
DEFAULT_RATIO = "4:5"
MAX_SEED = 2**31 - 1
MOTIONS = ("turn", "breathe", "push-in")

_TRAINING_PROPERTIES: dict[str, Any] = {
    "input_images": {
        "type": "string",
        "format": "uri",
        "description": "A zip of photos of one person: 4 to 30 are best, 60 the most.",
    },
    "trigger_word": {"type": "string", "default": "TOK", "description": "Kept with the training; nothing else."},
    "steps": {
        "type": "integer",
        "default": 1000,
        "minimum": 3,
        "maximum": 6000,
        "description": "How long to look for the best fit. More than 1000 seldom shows.",
    },
    "seed": {"type": "integer", "minimum": 0, "maximum": MAX_SEED, "description": "Same seed, same model."},
}


def trainer_schema() -> dict[str, Any]:
    """The OpenAPI document of the trainer's version, in the form of Cog's."""
    training = _object("TrainingInput", _TRAINING_PROPERTIES, required=["input_images"])
    made = {
        "type": "object",
        "title": "TrainingOutput",
        "properties": {"version": {"type": "string"}, "weights": {"type": "string", "format": "uri"}},
    }
    return _document({"TrainingInput": training, "TrainingOutput": made, "Input": _object("Input", {})})


def portrait_schema(styles: Sequence[str]) -> dict[str, Any]:
    """The OpenAPI document of every trained version, in the form of Cog's.

    Args: styles: the names of the styles that the engine knows; the first is the default.
    """
    size = {"type": "integer", "minimum": 256, "maximum": 1440}
    ratios = [*ASPECT_RATIOS, "custom"]
    properties: dict[str, Any] = {
        "style": _choice("style", styles[0], "The look of the portrait."),
        "prompt": {"type": "string", "default": "", "description": "Kept with the prediction; it changes no pixel."},
        "aspect_ratio": _choice("aspect_ratio", DEFAULT_RATIO, "Shape of the picture; custom takes width and height."),
        "width": size | {"description": "Width in pixels, with the custom aspect ratio."},
        "height": size | {"description": "Height in pixels, with the custom aspect ratio."},
        "num_outputs": {
            "type": "integer",
            "default": 1,
            "minimum": 1,
            "maximum": 8,
            "description": "How many pictures.",
        },
        "seed": {
            "type": "integer",
            "minimum": 0,
            "maximum": MAX_SEED,
            "description": "Same seed, same picture. The pictures of one prediction use seed, seed + 1 and so on.",
        },
        "output_format": _choice("output_format", "webp", "File format of the pictures."),
        "output_quality": {
            "type": "integer",
            "default": 90,
            "minimum": 0,
            "maximum": 100,
            "description": "Quality of webp and jpg; png has none to lose.",
        },
    }
    output = {"type": "array", "items": {"type": "string", "format": "uri"}, "x-cog-array-type": "iterator"}
    return _document(
        {
            "Input": _object("Input", properties),
            "Output": {"title": "Output", **output},
            "style": _enumeration("style", styles),
            "aspect_ratio": _enumeration("aspect_ratio", ratios),
            "output_format": _enumeration("output_format", ["webp", "jpg", "png"]),
        }
    )


def motion_schema() -> dict[str, Any]:
    """The OpenAPI document of the model that sets portraits in motion, in the form of Cog's."""
    properties: dict[str, Any] = {
        "image": {"type": "string", "format": "uri", "description": "The first frame: a portrait."},
        "prompt": {"type": "string", "default": "", "description": "Kept with the prediction; it changes no pixel."},
        "duration": {
            "type": "integer",
            "default": 4,
            "minimum": 2,
            "maximum": 6,
            "description": "Seconds of video. It ends where it begins.",
        },
        "motion": _choice("motion", MOTIONS[0], "What moves most; a portrait breathes and blinks in each."),
        "seed": {"type": "integer", "minimum": 0, "maximum": MAX_SEED, "description": "Same seed, same video."},
    }
    return _document(
        {
            "Input": _object("Input", properties, required=["image"]),
            "Output": {"title": "Output", "type": "string", "format": "uri"},
            "motion": _enumeration("motion", MOTIONS),
        }
    )


def part(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """One schema of a document, fit for checking: `Input` or `TrainingInput`."""
    return {"$ref": f"#/components/schemas/{name}", "components": document["components"]}


def with_defaults(document: Mapping[str, Any], name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """`given`, and the schema's own value for what it leaves out."""
    properties = document["components"]["schemas"][name]["properties"]
    defaults = {key: schema["default"] for key, schema in properties.items() if "default" in schema}
    return defaults | dict(given)


def with_whole_numbers(document: Mapping[str, Any], name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """`given`, with each 2.0 that stands for a whole number as 2: in JSON both are the same number."""
    properties = document["components"]["schemas"][name]["properties"]

    def is_whole(key: str, value: Any) -> bool:
        return isinstance(value, float) and value.is_integer() and properties.get(key, {}).get("type") == "integer"

    return {key: int(value) if is_whole(key, value) else value for key, value in given.items()}


def _document(schemas: dict[str, Any]) -> dict[str, Any]:
    statuses = ["starting", "processing", "succeeded", "canceled", "failed"]
    return {
        "openapi": "3.0.2",
        "info": {"title": "Cog", "version": "0.1.0"},
        "paths": {},
        "components": {"schemas": schemas | {"Status": _enumeration("Status", statuses)}},
    }


def _object(title: str, properties: dict[str, Any], required: Sequence[str] = ()) -> dict[str, Any]:
    named = {
        name: ({"title": name.replace("_", " ").title()} if "allOf" not in schema else {}) | schema | {"x-order": order}
        for order, (name, schema) in enumerate(properties.items())
    }
    schema = {"type": "object", "title": title, "properties": named}
    return schema | ({"required": list(required)} if required else {})


def _choice(name: str, default: str, description: str) -> dict[str, Any]:
    return {"allOf": [{"$ref": f"#/components/schemas/{name}"}], "default": default, "description": description}


def _enumeration(title: str, choices: Sequence[str]) -> dict[str, Any]:
    return {"enum": list(choices), "type": "string", "title": title, "description": "An enumeration."}
