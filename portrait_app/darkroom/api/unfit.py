"""JSON as clients write it, refused where it could be taken in but never be said again."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn, cast

from portrait_app.darkroom.problems import malformed, unspeakable

MAX_DEPTH = 64


def read_json(text: str | bytes | bytearray, *, what: str = "The request's body") -> Any:
    """The JSON in `text`.

    Args: what: its name in the words of a refusal.
    Raises: Problem: it is no JSON, is nested deeper than 64, or holds half a character (a lone surrogate).
    """
    try:
        value = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except ValueError as error:
        raise malformed(f"{what} is not valid JSON") from error
    except RecursionError as error:
        raise _too_deep(what) from error
    _check_depth(value, what)
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise unspeakable(what) from error
    return value


def _check_depth(value: Any, what: str) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for each in level for child in _children(each)]
        if not level:
            return
    raise _too_deep(what)


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(cast("dict[str, Any]", value).values())
    return cast("list[Any]", value) if isinstance(value, list) else []


def _too_deep(what: str) -> Exception:
    return malformed(f"{what} is nested deeper than {MAX_DEPTH} levels")


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits} is too large a number")
    return number
