"""What one order asks of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portrait_app.domain.catalogue import ASPECTS, GENERATORS, TRAINERS
from portrait_app.domain.styles import STYLES

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.catalogue import Trainer
    from portrait_app.domain.generation import Generation
    from portrait_app.domain.order import Order
    from portrait_app.domain.report import JobReport
    from portrait_app.domain.training import Training
    from portrait_app.services.work import Work


@dataclass(frozen=True)
class Request:
    """What is asked of the engine, gathered inside a transaction and sent outside of any."""

    training: Training
    trainer: Trainer
    fingerprint: str
    wanted: dict[str, Any] | None

    async def send(self, gateway: Gateway, webhook: str | None) -> JobReport:
        """Make the call.

        Raises: NotSent, ReplyLost, Throttled, Refused.
        """
        if self.wanted is None:
            seed = self.training.id.int % 2**31
            return await gateway.start_training(self.trainer, photos_url=self.fingerprint, seed=seed, webhook=webhook)
        assert self.training.version is not None
        return await gateway.start_prediction(version=self.training.version, input=self.wanted, webhook=webhook)


async def gather(work: Work, order: Order) -> Request:
    """Read what an order is for."""
    assert order.fingerprint is not None
    training = await work.trainings.get(order.training_id)
    trainer, wanted = TRAINERS[training.trainer], None
    if order.generation_id is not None:
        generation = await work.generations.get(order.generation_id)
        wanted = prediction_input(generation, trainer, seed=int(order.fingerprint))
    return Request(training, trainer, order.fingerprint, wanted)


def prediction_input(generation: Generation, trainer: Trainer, *, seed: int) -> dict[str, Any]:
    """Return what a face model is given, in the words and names that its trainer's entry says it takes."""
    style = STYLES[generation.style]
    return GENERATORS[trainer.generator].given(
        style=style,
        prompt=trainer.prompt(style.prompt),
        aspect=ASPECTS[generation.aspect],
        count=generation.count,
        seed=seed,
    )
