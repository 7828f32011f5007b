"""Whether training can be offered now: known before somebody presses the button, and said in words when not."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.replicate.errors import EngineError, Refused
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.catalogue import Trainer

log = structlog.get_logger()

LOOK_EVERY_S = 600.0
LOOK_SOON_S = 10.0  # while the engine doesn't answer, e.g. since it starts beside us


class NotOffered(PortraitError):
    """A training can't be started: the engine would certainly refuse it."""

    headline = "Training isn't possible just now"

    def __init__(self, why: PortraitError) -> None:
        super().__init__(str(why))
        self.hint = f"{why.headline}. {why.hint}"


class Offers:
    """Asks the engine from time to time whether it would take a training, so that no press of a button has to wait.

    Args: trainer: what new face models are learned by.
    """

    def __init__(self, gateway: Gateway, trainer: Trainer) -> None:
        self._gateway = gateway
        self._trainer = trainer
        self._why_not: Refused | None = None

    def require_training(self) -> None:
        """See that a training may be started. An engine that hasn't answered yet is given the benefit of the doubt.

        Raises: NotOffered.
        """
        if self._why_not is not None:
            raise NotOffered(self._why_not)

    async def look(self) -> bool:
        """Ask the engine; False when it didn't answer, and what was known stays."""
        try:
            await self._gateway.check_trainer(self._trainer)
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

    @asynccontextmanager
    async def kept_fresh(self) -> AsyncGenerator[None]:
        """Look now and again in the background, as long as the process lives."""
        looking = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking

    async def _keep_looking(self) -> None:
        while True:
            was_answered = await self.look()
            await asyncio.sleep(LOOK_EVERY_S if was_answered else LOOK_SOON_S)
