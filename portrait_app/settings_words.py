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
}
PATTERNS = {
    "replicate_destination": "should be owner/name",
    "s3_bucket": "should be a bucket's name: 3 to 63 lower-case letters, digits and hyphens, no hyphen at either end",
    "s3_region": "should be a region's name, in lower case, like eu-west-1",
    "s3_role_arn": "should be a role's whole name, like arn:aws:iam::123456789012:role/studio",
}
"""Every setting that has a pattern, by its field."""


def should_be(error: ErrorDetails) -> str:
    """Say what a validation error asks for, e.g. "should be a whole number"."""
    if error["type"] == "string_pattern_mismatch":
        return PATTERNS[str(error["loc"][0]).lower()]
    known = _SHOULD.get(error["type"])
    if known is not None:
        return known.format_map(error.get("ctx", {}))
    plain = error["msg"].removeprefix("Value error, ")
    return plain[:1].lower() + plain[1:]
