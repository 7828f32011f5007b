"""Sending orders to the engine: each call is written down before it is made, and none is repeated blindly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from portrait_app.adapters.replicate.errors import NotSent, Refused, ReplyLost, Throttled
from portrait_app.domain.catalogue import ASPECTS, GENERATORS, TRAINERS
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import Order, OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.domain.styles import STYLES
from portrait_app.services import progress
from portrait_app.services.zipping import zipped

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.catalogue import Trainer
    from portrait_app.domain.generation import Generation
    from portrait_app.domain.training import Training
    from portrait_app.services.work import Desk, Work

log = structlog.get_logger()

FIRST_LOOK = timedelta(seconds=2)
# A call begun before this may still be on its way; after it, the engine's list has the job or will never have it.
CLOCKS_DIFFER = timedelta(minutes=5)  # at most, ours and the engine's
CALL_SETTLED_AFTER = timedelta(seconds=10)


class Unsettled(Exception):
    """It can't be said yet whether the engine has an order; ask again a little later."""


@dataclass(frozen=True)
class Sender:
    """What sending needs besides the rows."""

    desk: Desk
    gateway: Gateway
    webhook_url: str | None

    async def send(self, owner_id: UUID, order_id: UUID) -> None:
        """Send an order that is not at the engine yet.

        Raises:
            Unsettled, NotSent, Throttled: try again later; nothing was ordered twice.
        """
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.get(order_id, lock=True)
            was_begun = order.status is OrderStatus.SENDING
        if order.status not in (OrderStatus.RECORDED, OrderStatus.SENDING):
            return
        if was_begun and await self._settle(owner_id, order):
            return
        try:
            if order.kind is OrderKind.TRAINING and order.fingerprint is None:
                await self._upload_photos(owner_id, order)
            report = await self._call(owner_id, order)
        except Refused as error:
            words = f"{error.headline}. {error.hint}"
            report = JobReport(f"refused:{order.id}", OrderStatus.FAILED, trouble=words, trouble_detail=str(error))
        await self._hear(owner_id, order.id, report)

    async def _settle(self, owner_id: UUID, order: Order) -> bool:
        """Find out what became of a call whose reply was lost; True when the engine has it."""
        assert order.sent_at is not None
        assert order.fingerprint is not None
        trace = await self.gateway.jobs.find(
            order.kind,
            fingerprint=order.fingerprint,
            since=order.sent_at - CLOCKS_DIFFER,
            until=order.sent_at + CLOCKS_DIFFER,
        )
        if trace.job_id is not None:
            log.info("order.adopted", order=str(order.id), job=trace.job_id)
            # A list may leave out logs and outputs.
            await self._hear(owner_id, order.id, await self.gateway.look_at(order.kind, trace.job_id))
            return True
        if now() - order.sent_at < CALL_SETTLED_AFTER:
            raise Unsettled(f"order {order.id}")
        return False

    async def _upload_photos(self, owner_id: UUID, order: Order) -> None:
        async with self.desk.for_service(owner_id) as work:
            trainer = (await work.trainings.get(order.training_id)).trainer
            photos = [
                (selfie.key, await work.bucket.get(selfie.key))
                for selfie in await work.selfies.of(order.training_id)
                if selfie.is_usable and selfie.key
            ]
        uploaded = await self.gateway.upload(f"{order.id}.zip", zipped(photos, caption=TRAINERS[trainer].caption))
        async with self.desk.for_service(owner_id) as work:
            kept = await work.orders.get(order.id, lock=True)
            kept.fingerprint, kept.file_id = uploaded.url, uploaded.id
        order.fingerprint = uploaded.url

    async def _call(self, owner_id: UUID, order: Order) -> JobReport:
        async with self.desk.for_service(owner_id) as work:
            kept = await work.orders.get(order.id, lock=True)
            kept.status, kept.sent_at = OrderStatus.SENDING, now()
            kept.attempts += 1
            request = await _request(work, kept)
        webhook = f"{self.webhook_url}?kind={order.kind}&order={order.id}" if self.webhook_url else None
        try:
            return await request.send(self.gateway, webhook)
        except (NotSent, Throttled):
            async with self.desk.for_service(owner_id) as work:
                (await work.orders.get(order.id, lock=True)).status = OrderStatus.RECORDED
            raise
        except ReplyLost as error:
            raise Unsettled(f"order {order.id}") from error

    async def _hear(self, owner_id: UUID, order_id: UUID, report: JobReport) -> None:
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.get(order_id, lock=True)
            order.look_at = now() + FIRST_LOOK
            await progress.hear(work, order_id, report)


async def tidy(desk: Desk, gateway: Gateway, owner_id: UUID, order_id: UUID) -> None:
    """Delete the uploaded photos at the engine once the training has ended."""
    async with desk.for_service(owner_id) as work:
        order = await work.orders.get(order_id)
    if order.file_id is None:
        return
    await gateway.delete_file(order.file_id)
    async with desk.for_service(owner_id) as work:
        (await work.orders.get(order_id, lock=True)).file_id = None


@dataclass(frozen=True)
class _Request:
    """What is asked of the engine, gathered inside a transaction and sent outside of any."""

    kind: OrderKind
    training: Training
    generation: Generation | None
    photos_url: str

    async def send(self, gateway: Gateway, webhook: str | None) -> JobReport:
        trainer = TRAINERS[self.training.trainer]
        if self.generation is None:
            seed = self.training.id.int % 2**31
            return await gateway.start_training(trainer, photos_url=self.photos_url, seed=seed, webhook=webhook)
        assert self.training.version is not None
        wanted = prediction_input(self.generation, trainer)
        return await gateway.start_prediction(version=self.training.version, input=wanted, webhook=webhook)


async def _request(work: Work, order: Order) -> _Request:
    generation = await work.generations.get(order.generation_id) if order.generation_id else None
    training = await work.trainings.get(order.training_id)
    return _Request(order.kind, training, generation, order.fingerprint or "")


def prediction_input(generation: Generation, trainer: Trainer) -> dict[str, Any]:
    """Return what a face model is given, in the words and names that its trainer's entry says it takes."""
    style = STYLES[generation.style]
    return GENERATORS[trainer.generator].given(
        style=style,
        prompt=trainer.prompt(style.prompt),
        aspect=ASPECTS[generation.aspect],
        count=generation.count,
        seed=generation.seed,
    )
