"""Sending orders to the engine: each call is written down before it is made, and none is ever repeated."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.replicate.errors import EngineError, JobVanished, NotSent, Refused, ReplyLost, Throttled
from portrait_app.database.address import Role
from portrait_app.database.orders import owner_of
from portrait_app.domain.catalogue import TRAINERS
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import Order, OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.errors import NotFound
from portrait_app.services import progress
from portrait_app.services.pace import Call, turn, turns
from portrait_app.services.requests import gather
from portrait_app.services.strays import CLOCKS_DIFFER
from portrait_app.services.zipping import zipped

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.adapters.replicate.listing import Trace
    from portrait_app.adapters.replicate.signature import WebhookAddress
    from portrait_app.services.requests import Request
    from portrait_app.services.work import Desk

log = structlog.get_logger()

LIST_LAGS = timedelta(seconds=60)  # at most: a job that was taken is in the engine's list by then
CALL_LASTS_S = 40.0  # at most, before we hang up ourselves
MOST_CALLS = 6  # that may have been taken, for one wish: an engine that keeps none of its promises is paid no further
UNSENT_AFTER = timedelta(days=1)
UNSENDABLE = "The portrait engine could not be reached for a day. Nothing was ordered or charged; please try again."
INCOMPLETE = (
    "Something that this needs, a photo or a style, is no longer in the studio, so nothing was ordered or charged. "
    "What you have is safe; please start again without it."
)
IN_DOUBT = (
    "The connection broke just as this was ordered, and it can't be told any more whether the portrait engine took it. "
    "So that nothing is paid twice, it was not ordered again by itself; what you have is safe, and you can start again."
)


class Unsettled(Exception):
    """It can't be said yet whether the engine has an order; ask again a little later."""


@dataclass(frozen=True)
class Sender:
    """What sending needs besides the rows."""

    desk: Desk
    gateway: Gateway
    webhook: WebhookAddress

    async def send(self, owner_id: UUID, order_id: UUID) -> None:
        """Send an order that is not at the engine yet, or find out what became of a call whose reply was lost.

        Raises:
            Unsettled, EngineError: try again later; nothing was ordered twice.
        """
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.find(order_id)
        if order is None or order.status not in (OrderStatus.RECORDED, OrderStatus.SENDING):
            return
        try:
            if order.status is OrderStatus.SENDING:
                await self._settle(owner_id, order)
            else:
                await self._order(owner_id, order)
        except Throttled:  # it is only asked to wait
            raise
        except EngineError as error:
            if not await self._is_too_long(owner_id, order_id):
                raise
            is_begun = order.status is OrderStatus.SENDING
            words, status = (IN_DOUBT, OrderStatus.LOST) if is_begun else (UNSENDABLE, OrderStatus.FAILED)
            await self._end(owner_id, order_id, status, words, f"{type(error).__name__} for a day")

    async def _is_too_long(self, owner_id: UUID, order_id: UUID) -> bool:
        """Note a call that came to nothing; whether all have for a day."""
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.get(order_id, lock=True)
            return now() - order.note_silence(now()) >= UNSENT_AFTER

    async def _order(self, owner_id: UUID, order: Order) -> None:
        try:
            if order.kind is OrderKind.TRAINING and order.fingerprint is None:
                await self._upload_photos(owner_id, order)
            report = await self._call(owner_id, order)
        except Refused as error:
            words = f"{error.headline}. {error.hint}"
            await self._end(owner_id, order.id, OrderStatus.FAILED, words, str(error))
            return
        except (NotFound, KeyError) as error:
            await self._end_unsent(owner_id, order.id, error)
            return
        if report is not None:
            await self._hear(owner_id, order.id, report)

    async def _end_unsent(self, owner_id: UUID, order_id: UUID, error: Exception) -> None:
        """End an order for want of something it needs here; not one whose call was begun, by whoever it was."""
        async with self.desk.for_service(owner_id) as work:
            if (await work.orders.get(order_id, lock=True)).status is not OrderStatus.RECORDED:
                raise error
            detail = f"{type(error).__name__}: {error}"
            await progress.end(work, order_id, OrderStatus.FAILED, trouble=INCOMPLETE, detail=detail)

    async def _upload_photos(self, owner_id: UUID, order: Order) -> None:
        async with self.desk.for_service(owner_id) as work:
            trainer = (await work.trainings.get(order.training_id)).trainer
            photos = [
                (selfie.key, await work.bucket.get(selfie.key))
                for selfie in await work.selfies.of(order.training_id)
                if selfie.is_usable and selfie.key
            ]
        name = f"{order.id}.zip"
        # A worker that was killed right after its upload left one there: it is the same zip.
        uploaded = await self.gateway.jobs.find_file(name)
        if uploaded is None:
            uploaded = await self.gateway.upload(name, zipped(photos, caption=TRAINERS[trainer].caption))
        async with self.desk.for_service(owner_id) as work:
            kept = await work.orders.get(order.id, lock=True)
            if kept.status is OrderStatus.RECORDED and kept.fingerprint is None:
                kept.fingerprint, kept.file_id = uploaded.url, uploaded.id
        if kept.file_id != uploaded.id:  # another worker was faster, or the order has ended
            await self.gateway.delete_file(uploaded.id)

    async def _call(self, owner_id: UUID, order: Order) -> JobReport | None:
        """Make the call that costs; None when it is no longer wanted, or is somebody else's to make."""
        async with turn(self.desk, Call.CREATE):
            request = await self._begin(owner_id, order.id)
            if request is None:
                return None
            try:
                async with asyncio.timeout(CALL_LASTS_S):
                    return await request.send(self.gateway, self.webhook.of(order.kind, order.id))
            except (NotSent, Throttled):
                await self._note(owner_id, order.id, is_lost=False)
                raise
            except (ReplyLost, TimeoutError) as error:
                await self._note(owner_id, order.id, is_lost=True)
                raise Unsettled(f"order {order.id}") from error

    async def _begin(self, owner_id: UUID, order_id: UUID) -> Request | None:
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.get(order_id, lock=True)
            if order.status is not OrderStatus.RECORDED or order.cancel_asked_at is not None:
                return None
            request = await gather(work, order)
            order.status, order.sent_at, order.lost_at = OrderStatus.SENDING, now(), None
            order.attempts += 1
            return request

    async def _note(self, owner_id: UUID, order_id: UUID, *, is_lost: bool) -> None:
        """Write down how a call ended: without a reply, or certainly without an order."""
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.get(order_id, lock=True)
            if order.status is not OrderStatus.SENDING:  # its webhook was faster
                return
            if is_lost:
                order.lost_at = now()
            else:
                order.status = OrderStatus.RECORDED
                order.attempts -= 1

    async def _settle(self, owner_id: UUID, order: Order) -> None:
        """Find out what became of a call whose reply was lost. Nothing is sent from here."""
        trace = await self._trace(order)
        if trace.job_id is not None:
            log.info("order.adopted", order=str(order.id), job=trace.job_id)
            await self._hear(owner_id, order.id, await self._found(order.kind, trace.job_id))
        elif now() < _settled_at(order):
            raise Unsettled(f"order {order.id}")
        elif not trace.is_whole or await self._may_be_among(trace.nameless) or order.attempts >= MOST_CALLS:
            detail = f"sent at {order.sent_at:%Y-%m-%d %H:%M:%S} UTC, fingerprint {order.fingerprint}: look at the list"
            await self._end(owner_id, order.id, OrderStatus.LOST, IN_DOUBT, detail)
        else:
            async with self.desk.for_service(owner_id) as work:
                await progress.give_up_for_another(work, order.id)

    async def _found(self, kind: OrderKind, job_id: str) -> JobReport:
        """How a job of the list is doing: a list may leave out logs and outputs."""
        try:
            async with turn(self.desk, Call.ASK):
                return await self.gateway.look_at(kind, job_id)
        except JobVanished:  # it is ours all the same, and asked about from now on
            return JobReport(job_id, OrderStatus.STARTING)

    async def _trace(self, order: Order) -> Trace:
        assert order.sent_at is not None
        assert order.fingerprint is not None
        return await self.gateway.jobs.find(
            order.kind,
            fingerprint=order.fingerprint,
            since=order.sent_at - CLOCKS_DIFFER,
            until=order.sent_at + CLOCKS_DIFFER,
            turn=turns(self.desk, Call.ASK),
        )

    async def _may_be_among(self, nameless: tuple[str, ...]) -> bool:
        """Whether one of these jobs, whose input the engine has removed, is nobody's that we know of."""
        async with self.desk.for_nobody(Role.SERVICE) as session:
            return any([await owner_of(session, job_id=job_id) is None for job_id in nameless])

    async def _hear(self, owner_id: UUID, order_id: UUID, report: JobReport) -> None:
        async with self.desk.for_service(owner_id) as work:
            await progress.hear(work, order_id, report)

    async def _end(self, owner_id: UUID, order_id: UUID, status: OrderStatus, trouble: str, detail: str) -> None:
        async with self.desk.for_service(owner_id) as work:
            await progress.end(work, order_id, status, trouble=trouble, detail=detail)


def _settled_at(order: Order) -> datetime:
    """When the engine's list will have a job that was taken: it lags behind the call's end, if that is known."""
    assert order.sent_at is not None
    return (order.lost_at or order.sent_at + timedelta(seconds=CALL_LASTS_S)) + LIST_LAGS


async def tidy(desk: Desk, gateway: Gateway, owner_id: UUID, order_id: UUID) -> None:
    """Delete the uploaded photos at the engine once the training has ended."""
    async with desk.for_service(owner_id) as work:
        order = await work.orders.get(order_id)
    if order.file_id is None or not order.status.is_final:  # its job turned up after all, and reads them
        return
    await gateway.delete_file(order.file_id)
    async with desk.for_service(owner_id) as work:
        (await work.orders.get(order_id, lock=True)).file_id = None
