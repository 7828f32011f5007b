"""How a person wants the studio to look: by day, by night or as the device says, and in which accent."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

THEMES = ("auto", "light", "dark")
HIGHEST_HUE = 360


@dataclass(frozen=True)
class Look:
    """A theme of `THEMES`, and the accent's hue in degrees, 0..360 (oklch)."""

    theme: str = "auto"
    hue: int = 265

    @classmethod
    def of(cls, saved: dict[str, Any]) -> Look:
        """Read what was saved with the profile; what isn't there or can't be is the default."""
        theme, hue = saved.get("theme"), saved.get("hue")
        usual = cls()
        return cls(
            theme if theme in THEMES else usual.theme,
            hue if isinstance(hue, int) and 0 <= hue <= HIGHEST_HUE else usual.hue,
        )

    @property
    def is_known(self) -> bool:
        """Whether it is one that the studio can wear."""
        return self.theme in THEMES and 0 <= self.hue <= HIGHEST_HUE

    def to_save(self) -> dict[str, Any]:
        """Write what `of` reads."""
        return asdict(self)

    def to_cookie(self) -> str:
        """Write it as the cookie `look`, which js/early.js reads before the first paint: `theme.hue`."""
        return f"{self.theme}.{self.hue}"
