"""The files that settings are read from, and what is said of one that can't be read."""

from __future__ import annotations

import contextlib
from pathlib import Path

from portrait_app.errors import PortraitError

ENV_FILES = (".env", ".env.local")
"""What stands in the last of them counts."""


class UnreadableSettings(PortraitError):
    """A file of settings is there and can't be read; the start ends here."""

    headline = "The settings can't be read"

    def __init__(self, name: str, why: str, step: str) -> None:
        super().__init__(f"{name}: {why}")
        self.hint = f"{name} {why}. {step}, then start again."


def unreadable(error: UnicodeDecodeError | OSError) -> UnreadableSettings:
    """Name the file that could not be read, and what to do about it."""
    if isinstance(error, UnicodeDecodeError):
        return UnreadableSettings(_not_utf8(), "is not in UTF-8", "Save it in UTF-8")
    name = str(error.filename or " or ".join(ENV_FILES))
    if isinstance(error, PermissionError):
        return UnreadableSettings(name, "may not be read by you", "Make it yours (chown) or start as its owner")
    return UnreadableSettings(name, f"can't be read ({error.strerror or error})", "Mend or remove it")


def _not_utf8() -> str:
    for name in ENV_FILES:
        with contextlib.suppress(FileNotFoundError):
            try:
                Path(name).read_bytes().decode()
            except UnicodeDecodeError:
                return name
    return " or ".join(ENV_FILES)
