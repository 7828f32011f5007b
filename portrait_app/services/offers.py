"""What can be offered now: known before somebody presses the button, and said in words when it can't be."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.replicate.errors import EngineError, ModelDiffers, Refused
from portrait_app.domain.catalogue import GENERATORS, TRAINERS
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.catalogue import Trainer
    from portrait_app.domain.training import Training
    from portrait_app.services.work import Desk

log = structlog.get_logger()

LOOK_EVERY_S = 600.0
LOOK_SOON_S = 10.0  # while the engine doesn't answer, e.g. since it starts beside us
# Versions built with an old Cog can be trained and don't say with what, Replicate's own SDXL among them. It is used all
# the same: what it doesn't take fails before it has begun to work, and costs nothing.
UNCHECKED = "{} doesn't say what it takes, so it couldn't be checked before its use; face models are learned with it."


class NotOffered(PortraitError):
    """Something can't be started: the engine would certainly refuse it."""

    headline = "Training isn't possible just now"

    def __init__(self, why: PortraitError) -> None:
        super().__init__(str(why))
        self.hint = f"{why.headline}. {why.hint}"


class NoPortraits(NotOffered):
    """Portraits can't be made from a face model: it doesn't take what we would send."""

    headline = "No portraits can be made from this face model just now"


class Offers:
    """Asks the engine from time to time whether it would take an order, so that no press of a button has to wait.

    What hasn't been answered yet is given the benefit of the doubt; whatever is sent is held against its schema anew.

    Args:
        trainer: what new face models are learned by.
        desk: where people are told that a face model of theirs turned out not to fit.
    """

    def __init__(self, gateway: Gateway, trainer: Trainer, desk: Desk) -> None:
        self._gateway = gateway
        self._trainer = trainer
        self._desk = desk
        self._why_not: Refused | None = None
        self._is_unchecked = False
        # By version, which never changes.
        self._fitting: set[str] = set()
        self._differing: dict[str, ModelDiffers] = {}
        self._looking: dict[str, asyncio.Task[None]] = {}

    def require_training(self) -> None:
        """See that a training may be started.

        Raises: NotOffered.
        """
        if self._why_not is not None:
            raise NotOffered(self._why_not)

    def why_no_training(self) -> str:
        """Why no training can be started, in words for the person; nothing when one can."""
        return NotOffered(self._why_not).hint if self._why_not is not None else ""

    def require_portraits(self, training: Training) -> None:
        """See that portraits may be ordered from a face model.

        Raises: NoPortraits.
        """
        why_not = self._differing.get(training.version or "")
        if why_not is not None:
            raise NoPortraits(why_not)

    def offers_portraits(self, training: Training) -> bool:
        """Whether portraits may be ordered from a face model; one that nobody asked about yet is looked at meanwhile.

        Should it turn out not to fit, its person's open tabs look again.
        """
        version, trainer = training.version, TRAINERS.get(training.trainer)
        if version is None or trainer is None or version in self._fitting:
            return True
        if version not in self._differing and version not in self._looking:
            looking = asyncio.create_task(self._look_at(training, version, trainer))
            self._looking[version] = looking
            looking.add_done_callback(lambda _: self._looking.pop(version, None))
        return version not in self._differing

    def troubles(self) -> list[str]:
        """What isn't offered and why, or couldn't be checked, for whoever runs the studio."""
        said = [f"No face model can be learned with {self._trainer.model}: {self._why_not}."] if self._why_not else []
        said += [UNCHECKED.format(self._trainer.model)] if self._is_unchecked else []
        return [*said, *(f"No portraits can be made from a face model: {error}." for error in self._differing.values())]

    async def look(self) -> bool:
        """Ask the engine whether it would train; False when it didn't answer, and what was known stays."""
        try:
            self._is_unchecked = not await self._gateway.check_trainer(self._trainer)
        except Refused as error:
            if self._why_not is None:
                log.warning("training.not_offered", trainer=self._trainer.key, why=str(error))
            self._why_not = error
        except EngineError as error:
            log.info("training.not_looked_at", trainer=self._trainer.key, why=type(error).__name__)
            return False
        else:
            self._why_not = None
        return True

    async def _look_at(self, training: Training, version: str, trainer: Trainer) -> None:
        try:
            await self._gateway.check_face_model(GENERATORS[trainer.generator], version)
        except ModelDiffers as error:
            self._differing[version] = error
            async with self._desk.for_service(training.owner_id) as work:
                await work.tell("training", training.id)
        except EngineError as error:  # the next time that it is shown, it is asked about again
            log.info("portraits.not_looked_at", version=version, why=type(error).__name__)
        else:
            self._fitting.add(version)

    @asynccontextmanager
    async def kept_fresh(self) -> AsyncGenerator[None]:
        """Look now and again in the background, as long as the process lives."""
        looking = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            for task in (looking, *self._looking.values()):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _keep_looking(self) -> None:
        while True:
            was_answered = await self.look()
            await asyncio.sleep(LOOK_EVERY_S if was_answered else LOOK_SOON_S)
