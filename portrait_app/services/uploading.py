"""Handing the photos of a training over to the engine, before the training is ordered there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app.adapters.buckets.errors import BucketDown
from portrait_app.domain.catalogue import TRAINERS
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.services import tidying
from portrait_app.services.trainings import PREPARING
from portrait_app.services.zipping import zipped

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.order import Order
    from portrait_app.services.work import Desk

PHOTOS_AWAY = "Your photos can't be reached just now; it goes on by itself"


@dataclass(frozen=True)
class Uploader:
    """What handing over needs besides the rows."""

    desk: Desk
    gateway: Gateway

    async def upload(self, owner_id: UUID, order: Order, account: str) -> None:
        """Hand the photos over to this account, unless the order has ended or another worker did so.

        Raises: NotSent, Throttled, Refused; BucketDown: the photos can't be read just now. Nothing was ordered.
        """
        try:
            trainer, photos = await self._photos(owner_id, order)
        except BucketDown:
            await self._say(owner_id, order, PHOTOS_AWAY)
            raise
        await self._say(owner_id, order, PREPARING)
        name = tidying.name_of(order)
        # A worker that was killed right after its upload left one there: it is the same zip.
        there, _ = await self.gateway.jobs.find_files(name)
        if there:
            uploaded = there[0]
        else:
            if not await self._begin_upload(owner_id, order.id, account):
                return
            uploaded = await self.gateway.upload(name, zipped(photos, caption=TRAINERS[trainer].caption))
        async with self.desk.for_service(owner_id) as work:
            kept = await work.orders.get(order.id, lock=True)
            if kept.status is OrderStatus.RECORDED and not has_photos(kept, account):
                kept.fingerprint, kept.file_id, kept.account = uploaded.url, uploaded.id, account
        if kept.file_id != uploaded.id:  # another worker was faster, or the order has ended
            await self.gateway.delete_file(uploaded.id)
            await self._note_that_none_is_on_its_way(owner_id, order.id)

    async def _photos(self, owner_id: UUID, order: Order) -> tuple[str, list[tuple[str, bytes]]]:
        """Return the trainer, and the photos that it learns from, by their keys."""
        async with self.desk.for_service(owner_id) as work:
            trainer = (await work.trainings.get(order.training_id)).trainer
            selfies = await work.selfies.of(order.training_id)
        bucket = self.desk.buckets.of(owner_id)  # in no transaction: a store may take its time
        keys = [selfie.key for selfie in selfies if selfie.is_usable and selfie.key]
        return trainer, [(key, await bucket.get(key)) for key in keys]

    async def _say(self, owner_id: UUID, order: Order, phase: str) -> None:
        """Say how far a training is that isn't sent yet."""
        async with self.desk.for_service(owner_id) as work:
            training = await work.trainings.get(order.training_id, lock=True)
            if training.phase != phase and training.phase in (PREPARING, PHOTOS_AWAY):
                training.phase = phase
                await work.tell("training", training.id)

    async def _begin_upload(self, owner_id: UUID, order_id: UUID, account: str) -> bool:
        """Write down that photos are on their way to the engine; False when they are no longer wanted there."""
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.get(order_id, lock=True)
            if order.status is not OrderStatus.RECORDED or order.cancel_asked_at is not None:
                return False
            if not has_photos(order, account):
                order.fingerprint = order.file_id = None
            order.account, order.uploading_since = account, now()
            return True

    async def _note_that_none_is_on_its_way(self, owner_id: UUID, order_id: UUID) -> None:
        """Have nobody wait for an upload to turn up that was made, and deleted again since its order had ended."""
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.get(order_id, lock=True)
            if order.status.is_final and order.file_id is None:
                order.uploading_since = None


def has_photos(order: Order, account: str) -> bool:
    """Whether photos of it lie where it goes: another account, since the token was exchanged, can't read them there."""
    is_elsewhere = order.account is not None and order.account.casefold() != account.casefold()
    return order.fingerprint is not None and not is_elsewhere
