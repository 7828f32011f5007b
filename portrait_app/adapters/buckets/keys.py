"""What a key looks like: `u/{owner_id}/` and plain names, so that it can never lead out of its owner's folder."""

from __future__ import annotations

import re
from uuid import UUID

from portrait_app.adapters.buckets.errors import BadKey, NotTheirs

EVERYBODY = "u/"  # what all keys begin with
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


def folder_of(owner_id: UUID) -> str:
    """Return what the keys of this person's objects begin with."""
    return f"{EVERYBODY}{owner_id}/"


def owner_of(key: str) -> UUID:
    """Return whose object a key names.

    Raises:
        BadKey: it is no key.
    """
    return UUID(checked(key).split("/", 2)[1])


def owned(key: str, owner_id: UUID) -> str:
    """Return the key of an object in this person's folder.

    Raises:
        BadKey: it is no key.
        NotTheirs: it is a key of somebody else's.
    """
    if not checked(key).startswith(folder_of(owner_id)):
        raise NotTheirs(f"{key} was asked for in the name of {owner_id}")
    return key
