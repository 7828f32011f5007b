"""What people type, as it may be kept and shown."""

from __future__ import annotations

import unicodedata


def one_line(typed: object) -> str:
    """Return the text on one line, composed (NFC), without what can't be seen: Postgres refuses NUL in text."""
    if not isinstance(typed, str):  # an event's arguments are whatever a browser sends
        return ""
    words = unicodedata.normalize("NFC", typed).split()
    return "".join(letter for letter in " ".join(words) if letter.isprintable()).strip()


def storable(said: str) -> str:
    """Return the text with what Postgres takes in no text replaced: NUL, and halves of UTF-16 pairs."""
    return said.replace("\0", "\ufffd").encode("utf-8", "replace").decode() if said else said
