"""Where pictures are made: by the darkroom as a process of this house, or by whoever the settings name."""

from __future__ import annotations

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
        return {"REPLICATE_BASE_URL": self.address, "DARKROOM_TOKEN": self.token}


def is_built_in(settings: Settings) -> bool:
    """Whether this house runs its own darkroom: nobody named another engine."""
    return settings.is_darkroom and not settings.replicate_base_url


def _kept_port(path: Path) -> int:
    """The port of the last run if it is still to be had, else a free one."""
    if path.exists() and listening.is_free(port := int(path.read_text())):
        return port
    path.parent.mkdir(parents=True, exist_ok=True)
    port = listening.free_port()
    path.write_text(f"{port}\n")
    return port


def _kept_token(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(f"dr_{secrets.token_urlsafe(32)}\n")
    return path.read_text().strip()
