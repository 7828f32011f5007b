"""What a darkroom asks of whoever works on pixels, and the portrait engine that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from portrait_app.pictures.pixels import Pixels

    # Steps done, steps in all, and what is being done now, in words.
    Progress = Callable[[int, int, str], None]
    IsCancelled = Callable[[], bool]


class Cancelled(Exception):
    """Raised by an engine that was asked to stop."""


class Engine(Protocol):
    """Learns face models and makes portraits. Made with the folder of its model files; lives in the child process."""

    @property
    def styles(self) -> Sequence[str]:
        """The names of the styles it knows, the default first."""
        ...

    def learn(
        self, photos: Path, model: Path, *, steps: int, seed: int, progress: Progress, is_cancelled: IsCancelled
    ) -> None:
        """Learn a face model from a zip of photos and write it to `model`.

        Raises: Cancelled: `is_cancelled` became true. Any other exception's message is read by the client.
        """
        ...

    def render(
        self, model: Path, style: str, *, width: int, height: int, seed: int, is_cancelled: IsCancelled
    ) -> Pixels:
        """Make one portrait, RGB uint8 of (height, width, 3).

        Raises: as `learn`.
        """
        ...
