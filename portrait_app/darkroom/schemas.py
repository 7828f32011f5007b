"""Checks JSON against a schema and says what is wrong in the words of Replicate's two validators."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from jsonschema import Draft202012Validator

from portrait_app.darkroom.catalogue import HARDWARE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_JSON_NAMES: Sequence[tuple[type, str]] = (
    (str, "string"),
    (bool, "boolean"),  # before the integer, which it is too
    (int, "integer"),
    (float, "number"),
    (list, "array"),
    (dict, "object"),
)

_WEBHOOK = {
    "webhook": {"type": "string", "pattern": r"^https?://[^\s/]+"},
    "webhook_events_filter": {
        "type": "array",
        "items": {"type": "string", "enum": ["start", "output", "logs", "completed"]},
    },
}

PREDICTION: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "version": {"type": "string"},
        "input": {"type": "object"},
        "stream": {"type": "boolean"},
        **_WEBHOOK,
    },
    "required": ["version", "input"],
    "additionalProperties": False,
}
MODEL_PREDICTION: Mapping[str, Any] = {
    "type": "object",
    "properties": {"input": {"type": "object"}, "stream": {"type": "boolean"}, **_WEBHOOK},
    "required": ["input"],
    "additionalProperties": False,
}
TRAINING: Mapping[str, Any] = {
    "type": "object",
    "properties": {"destination": {"type": "string"}, "input": {"type": "object"}, **_WEBHOOK},
    "required": ["destination", "input"],
}
_LINK = {"type": "string", "pattern": r"^(https?://[^\s/][^\s]*)?\Z"}  # empty takes it away
_LINKS = dict.fromkeys(("github_url", "paper_url", "license_url"), _LINK)
MODEL: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "owner": {"type": "string"},
        "name": {"type": "string", "pattern": r"^[a-z0-9][a-z0-9._-]{0,99}\Z"},
        "visibility": {"type": "string", "enum": ["public", "private"]},
        "hardware": {"type": "string", "enum": [each["sku"] for each in HARDWARE]},
        "description": {"type": ["string", "null"]},
        "cover_image_url": _LINK,
        **_LINKS,
    },
    "required": ["owner", "name", "visibility", "hardware"],
}
MODEL_CHANGE: Mapping[str, Any] = {
    "type": "object",
    "properties": {"description": {"type": "string"}, "readme": {"type": "string"}, "weights_url": _LINK, **_LINKS},
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with a piece of JSON.

    `kind` and `description` are gojsonschema's, which Replicate's API uses for predictions and bodies; `as_pydantic`
    is the same thing as Cog's older pydantic says it, which trainings still fail with.
    """

    kind: str
    field: str
    description: str
    is_inside: bool
    as_pydantic: dict[str, Any]


def violations(schema: Mapping[str, Any], value: Any, *, root: str = "") -> list[Violation]:
    """Everything in which `value` breaks `schema`; an empty list means it fits.

    Args: root: the dotted name of `value` within the request: "input", or "" for the body itself.
    """
    found = cast("Iterable[Any]", Draft202012Validator(schema).iter_errors(value))  # pyright: ignore[reportUnknownMemberType] - untyped there
    return [violation for error in found for violation in _translate(error, root)]


def training_error(found: list[Violation]) -> str:
    """The `error` of a training whose input does not fit."""
    detail = json.dumps({"detail": [violation.as_pydantic for violation in found]}, separators=(",", ":"))
    return f"Prediction input failed validation: {detail}"


def _translate(error: Any, root: str) -> list[Violation]:
    path = [part for part in (root, *map(str, error.absolute_path)) if part]
    name = str(error.validator)
    if name == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        # jsonschema reports each missing key on its own and names it in its message only.
        key = next(key for key in missing if error.message.startswith(repr(key)))
        return [_violation("required", path, f"{key} is required", "value_error.missing", "field required", key=key)]
    if name == "additionalProperties":
        extra = [key for key in error.instance if key not in error.schema["properties"]]
        words = "Additional property {} is not allowed"
        kinds = ("additional_property_not_allowed", "value_error.extra", "extra fields not permitted")
        return [_violation(kinds[0], path, words.format(key), kinds[1], kinds[2], key=key) for key in extra]
    return [_value_violation(name, error, path)]


def _value_violation(name: str, error: Any, path: list[str]) -> Violation:
    limit: Any = error.validator_value
    bound = {"limit_value": limit}
    match name:
        case "minimum":
            said = f"Must be greater than or equal to {limit}"
            old = f"ensure this value is greater than or equal to {limit}"
            return _violation("number_gte", path, said, "value_error.number.not_ge", old, context=bound)
        case "maximum":
            said = f"Must be less than or equal to {limit}"
            old = f"ensure this value is less than or equal to {limit}"
            return _violation("number_lte", path, said, "value_error.number.not_le", old, context=bound)
        case "enum":
            said = f"{path[-1]} must be one of the following: " + ", ".join(json.dumps(choice) for choice in limit)
            old = "value is not a valid enumeration member; permitted: " + ", ".join(repr(choice) for choice in limit)
            return _violation("enum", path, said, "type_error.enum", old, context={"enum_values": limit})
        case "type":
            given = next((word for kind, word in _JSON_NAMES if isinstance(error.instance, kind)), "null")
            said = f"Invalid type. Expected: {limit}, given: {given}"
            return _violation("invalid_type", path, said, f"type_error.{limit}", f"value is not a valid {limit}")
        case _:
            said = f"Does not match {name} '{limit}'"
            return _violation(name, path, said, f"value_error.{name}", error.message)


def _violation(
    kind: str,
    path: list[str],
    said: str,
    old_kind: str,
    old: str,
    *,
    key: str | None = None,
    context: dict[str, Any] | None = None,
) -> Violation:
    location = ["body", *path, *([key] if key else [])]
    as_pydantic = {"loc": location, "msg": old, "type": old_kind} | ({"ctx": context} if context else {})
    return Violation(kind, ".".join(path), said, is_inside=bool(path), as_pydantic=as_pydantic)
