"""Holds what we would send against what a model's version says it takes: its own OpenAPI document."""

from __future__ import annotations

import re
from contextvars import ContextVar
from itertools import count
from typing import TYPE_CHECKING, Any, Literal, cast

import re2 as linear
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend  # pyright: ignore[reportUnknownVariableType] -- untyped there
from referencing import Registry

from portrait_app.adapters.replicate.wire import object_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from portrait_app.domain.catalogue import Number

# What Cog calls the inputs of a prediction, and of a training.
Noun = Literal["Input", "TrainingInput"]

# Of other documents, none: jsonschema would fetch whatever address a reference names, our own network's too.
_NOTHING_ELSE: Registry[Any] = Registry()
# Keywords looked at for one set of inputs; ours take some fifty. References that branch double with each level.
MOST_LOOKED_AT = 5_000
_looked_at: ContextVar[count[int]] = ContextVar("keywords looked at")
# They walk through the schema by themselves, or run expressions of Python's; no Cog writes them.
_UNCOUNTED = ("unevaluatedItems", "unevaluatedProperties", "patternProperties")
_QUIET = linear.Options()
_QUIET.log_errors = False


def says_of(document: Mapping[str, Any], noun: Noun) -> bool:
    """Whether the document tells what these inputs are. Versions of old Cogs can be trained and don't say with what."""
    return "properties" in _schemas(document).get(noun, {})


def complaints(document: Mapping[str, Any], noun: Noun, given: Mapping[str, Any]) -> list[str]:
    """Say what the version would not take of `given`, an item a complaint; none: it fits.

    The document is whoever's that pushed the version: no reference in it leads anywhere else, nothing in it takes long,
    and one that can't be read, in whatever way, is a complaint.
    """
    schemas = _schemas(document)
    known = object_in(schemas[noun].get("properties"))
    strangers = [f"it takes no {name}" for name in given if name not in known]
    part = {"$ref": f"#/components/schemas/{noun}", "components": {"schemas": schemas}}
    _looked_at.set(count())
    try:
        errors = cast("Iterable[Any]", _PATIENT(part, registry=_NOTHING_ELSE).iter_errors(dict(given)))
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


class _TooMuch(Exception):
    """The schema has more to look at than any that means well."""


def _counted(look: Callable[..., Any]) -> Callable[..., Any]:
    """Have a keyword cost a piece of the patience that there is for one set of inputs."""

    def look_while_patient(*asked: Any) -> Any:
        if next(_looked_at.get()) >= MOST_LOOKED_AT:
            raise _TooMuch
        return look(*asked)

    return look_while_patient


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterable[ValidationError]:
    """Match in linear time. What RE2 doesn't know (looking around) is left to the engine to refuse."""
    re2 = cast("Any", linear)  # untyped
    try:
        expression = re2.compile(pattern, _QUIET)
    except re2.error:
        re.compile(pattern)  # whoever can't read it either says so
        return
    if isinstance(instance, str) and not expression.search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _others(validator: Any, allowed: Any, instance: Any, schema: Mapping[str, Any]) -> Any:
    if "patternProperties" in schema:  # it would try those by itself
        raise _TooMuch
    return Draft202012Validator.VALIDATORS["additionalProperties"](validator, allowed, instance, schema)


def _unread(*_asked: Any) -> Any:
    raise _TooMuch


_KEYWORDS = (
    Draft202012Validator.VALIDATORS
    | {"pattern": _pattern, "additionalProperties": _others}
    | dict.fromkeys(_UNCOUNTED, _unread)
)
_PATIENT = cast("Any", extend)(Draft202012Validator, {name: _counted(look) for name, look in _KEYWORDS.items()})


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
