"""What a darkroom is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PORTRAIT_ENGINE = "portrait_app.darkroom.engine:PortraitEngine"


@dataclass(frozen=True, slots=True)
class Options:
    """Where a darkroom keeps its things, who may use it, and how it is reached.

    `engine` names the class that works on pixels as "module:Class"; it is loaded in the child process only.
    `public_url` is what links start with when the darkroom stands behind another address than its own.
    """

    data: Path
    models: Path
    token: str
    host: str = "127.0.0.1"
    port: int = 8787
    account: str = "darkroom"
    public_url: str | None = None
    engine: str = PORTRAIT_ENGINE
