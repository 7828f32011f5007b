"""What a key looks like: `u/{owner_id}/` and plain names, so that it can never lead out of its owner's folder."""

from __future__ import annotations

import re

from portrait_app.adapters.buckets.errors import BadKey

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY = re.compile(rf"u/{_UUID}(?:/{_NAME}){{1,4}}", re.ASCII)


def is_key(text: str) -> bool:
    """Whether it is a key of ours."""
    return _KEY.fullmatch(text) is not None


def checked(key: str) -> str:
    """Return the key.

    Raises: BadKey: it is none.
    """
    if not is_key(key):
        raise BadKey(f"{key[:200]!r} is no key")
    return key
