"""What a darkroom asks of whoever works on pixels, and the portrait engine that does it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from portrait_app.darkroom import model as face_model
from portrait_app.darkroom import motion as motions
from portrait_app.darkroom import studio, styles
from portrait_app.darkroom.archive import open_photos
from portrait_app.faces.reader import FaceReader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from portrait_app.pictures.pixels import Pixels

    # Steps done, steps in all, and what is being done now, in words.
    Progress = Callable[[int, int, str], None]
    IsCancelled = Callable[[], bool]


_FACE_MODELS_KEPT = 2  # a face model in memory is some tens of megabytes


class Engine(Protocol):
    """Learns face models, makes portraits and sets them in motion.

    Made with the folder of its model files; lives in the child process.
    """

    @property
    def styles(self) -> Sequence[str]:
        """The names of the styles it knows, the default first."""
        ...

    def learn(
        self, photos: Path, model: Path, *, steps: int, seed: int, progress: Progress, is_cancelled: IsCancelled
    ) -> None:
        """Learn a face model from a zip of photos and write it to `model`.

        Raises: cancelled.Cancelled: `is_cancelled` became true. Any other exception's message is read by the client.
        """
        ...

    def render(
        self, model: Path, style: str, *, width: int, height: int, seed: int, is_cancelled: IsCancelled
    ) -> Pixels:
        """Make one portrait, RGB uint8 of (height, width, 3).

        Raises: as `learn`.
        """
        ...

    def animate(
        self,
        picture: Path,
        film: Path,
        *,
        motion: str,
        seconds: int,
        seed: int,
        progress: Progress,
        is_cancelled: IsCancelled,
    ) -> None:
        """Make an MP4 of `picture` and write it to `film`.

        Raises: as `learn`.
        """
        ...


class PortraitEngine:
    """Learns from photos and restyles them. Keeps its networks and the last face models in memory."""

    def __init__(self, models: Path) -> None:
        self._reader = FaceReader(models)
        self._load = lru_cache(maxsize=_FACE_MODELS_KEPT)(face_model.FaceModel.load)
        self.styles = tuple(styles.ALL)

    def learn(
        self, photos: Path, model: Path, *, steps: int, seed: int, progress: Progress, is_cancelled: IsCancelled
    ) -> None:
        """See `Engine`."""
        with open_photos(photos) as opened:
            learned = face_model.learn(
                opened, reader=self._reader, seed=seed, steps=steps, on_progress=progress, is_cancelled=is_cancelled
            )
        learned.save(model)

    def render(
        self, model: Path, style: str, *, width: int, height: int, seed: int, is_cancelled: IsCancelled
    ) -> Pixels:
        """See `Engine`."""
        loaded = self._load(model)
        portrait = studio.render(
            loaded, style, width=width, height=height, seed=seed, reader=self._reader, is_cancelled=is_cancelled
        )
        return portrait.pixels

    def animate(
        self,
        picture: Path,
        film: Path,
        *,
        motion: str,
        seconds: int,
        seed: int,
        progress: Progress,
        is_cancelled: IsCancelled,
    ) -> None:
        """See `Engine`."""
        motions.film(
            picture,
            film,
            reader=self._reader,
            motion=motion,
            seconds=seconds,
            seed=seed,
            on_progress=progress,
            is_cancelled=is_cancelled,
        )
