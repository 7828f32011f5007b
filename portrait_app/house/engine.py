"""Where pictures are made: by the darkroom as a process of this house, or by whoever the settings name."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from portrait_app.house import listening

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.settings import Settings


class Darkroom:
    """The built-in engine's address and key, the same at every start: links and open jobs name them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = _kept_port(folder / "darkroom" / "port")
        self.token = _kept_token(folder / "secrets" / "darkroom.token")

    @property
    def arguments(self) -> list[str]:
        """What its command is told."""
        data, models = self._folder / "darkroom", self._folder / "models"
        return ["--port", str(self.port), "--data", str(data), "--models", str(models)]

    @property
    def address(self) -> str:
        """Its API's base address."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """What it and the processes that use it need to know; the token stays off the command line."""
        return {"REPLICATE_BASE_URL": self.address, "DARKROOM_TOKEN": self.token, "DARKROOM_IS_OURS": "1"}


def is_built_in(settings: Settings) -> bool:
    """Whether this house runs its own darkroom: nobody named another engine."""
    return settings.is_darkroom and not settings.replicate_base_url


def _kept_port(path: Path) -> int:
    """The port of the last run if it is still to be had, else a free one."""
    known = _read(path)
    if known.isdecimal() and listening.is_free(int(known)):
        return int(known)
    port = listening.free_port()
    _write(path, str(port))
    return port


def _kept_token(path: Path) -> str:
    if not _read(path):
        _write(path, f"dr_{secrets.token_urlsafe(32)}")
    return _read(path)


def _read(path: Path) -> str:
    """What is kept there; nothing when it is not there, or damaged."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def _write(path: Path, text: str) -> None:
    """Keep it whole or not at all: a start must not stumble over what a killed one left half written."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
        out.write(f"{text}\n")
    unfinished.replace(path)
