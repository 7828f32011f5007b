"""Holds what we would send against what a model's version says it takes: its own OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

from jsonschema import Draft202012Validator
from referencing import Registry

from portrait_app.adapters.replicate.wire import object_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portrait_app.domain.catalogue import Number

# What Cog calls the inputs of a prediction, and of a training.
Noun = Literal["Input", "TrainingInput"]

# Of other documents, none: jsonschema would fetch whatever address a reference names, our own network's too.
_NOTHING_ELSE: Registry[Any] = Registry()


def says_of(document: Mapping[str, Any], noun: Noun) -> bool:
    """Whether the document tells what these inputs are. Versions of old Cogs can be trained and don't say with what."""
    return "properties" in _schemas(document).get(noun, {})


def complaints(document: Mapping[str, Any], noun: Noun, given: Mapping[str, Any]) -> list[str]:
    """Say what the version would not take of `given`, an item a complaint; none: it fits.

    The document is whoever's that pushed the version: no reference in it leads anywhere else, and one that can't be
    read, in whatever way, is a complaint.
    """
    schemas = _schemas(document)
    known = object_in(schemas[noun].get("properties"))
    strangers = [f"it takes no {name}" for name in given if name not in known]
    part = {"$ref": f"#/components/schemas/{noun}", "components": {"schemas": schemas}}
    try:
        errors = cast("Iterable[Any]", Draft202012Validator(part, registry=_NOTHING_ELSE).iter_errors(dict(given)))  # pyright: ignore[reportUnknownMemberType] -- untyped there
        return strangers + [_in_words(error) for error in errors]
    except Exception as error:  # noqa: BLE001 -- a keyword with a strange value raises whatever it leads to
        return [f"what it says of its {noun} can't be read ({type(error).__name__})"]


def changes(document: Mapping[str, Any], noun: Noun, numbers: Mapping[str, Number]) -> list[str]:
    """Say what the version takes otherwise than the catalogue says, though all that we send may still fit."""
    known = object_in(_schemas(document).get(noun, {}).get("properties"))
    found: list[str] = []
    for name, number in numbers.items():
        said = object_in(known.get(name))
        ours = {"minimum": number.least, "maximum": number.most, "default": number.untold}
        other = [f"{word} {said[word]}, not {value}" for word, value in ours.items()
                 if value is not None and word in said and said[word] != value]  # fmt: skip
        found += [f"{name} has {', '.join(other)}"] if other else []
    return found


def _schemas(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found = object_in(object_in(document.get("components")).get("schemas"))
    return {name: object_in(schema) for name, schema in found.items()}


def _in_words(error: Any) -> str:
    name, limit, value = ".".join(map(str, error.absolute_path)), error.validator_value, repr(error.instance)
    match str(error.validator):
        case "required":
            return f"it wants more: {error.message}"
        case "type":
            return f"{name} should be of type {limit}, not {value}"
        case "enum":
            return f"{name} can't be {value}, only {', '.join(map(repr, limit))}"
        case "minimum" | "maximum" as bound:
            return f"{name} can't be {value}: {limit} is the {'least' if bound == 'minimum' else 'most'}"
        case _:
            return f"{name}: {error.message}"[:300]
