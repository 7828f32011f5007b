"""What is wrong with a variable, in words that say how it should be; the value itself is never said."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_SHOULD = {
    "int_parsing": "should be a whole number",
    "bool_parsing": "should be true or false",
    "less_than_equal": "should be {le} or less",
    "greater_than_equal": "should be {ge} or more",
    "too_short": "should have {min_length} characters or more",
    "too_long": "should have {max_length} characters or fewer",
    "literal_error": "should be {expected}",
    "string_pattern_mismatch": "should be owner/name",  # the one pattern there is
}


def should_be(error: ErrorDetails) -> str:
    """Say what a validation error asks for, e.g. "should be a whole number"."""
    known = _SHOULD.get(error["type"])
    if known is not None:
        return known.format_map(error.get("ctx", {}))
    plain = error["msg"].removeprefix("Value error, ")
    return plain[:1].lower() + plain[1:]
