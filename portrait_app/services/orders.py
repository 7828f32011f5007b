"""Sending orders to the engine: each call is written down before it is made, and none is ever repeated."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.buckets.errors import BucketDown
from portrait_app.adapters.replicate.bounded import leaving_by
from portrait_app.adapters.replicate.errors import (
    EngineError,
    NotOurTurn,
    NotSent,
    Refused,
    ReplyLost,
    StoppedOnTheWay,
    Throttled,
)
from portrait_app.database.orders import count_up
from portrait_app.domain.clock import as_of_now, now, seconds_on
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import Order, OrderKind
from portrait_app.errors import NotFound
from portrait_app.services import progress, settling
from portrait_app.services.pace import Call, turn
from portrait_app.services.requests import gather
from portrait_app.services.uploading import Uploader, has_photos

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.adapters.replicate.signature import WebhookAddress
    from portrait_app.domain.events import Noun
    from portrait_app.domain.report import JobReport
    from portrait_app.services.requests import Request
    from portrait_app.services.work import Desk

log = structlog.get_logger()

WORTH_SAYING = timedelta(seconds=2)  # our own pace holds a call up for less
UNSENT_AFTER = timedelta(days=1)
TRY_LASTS_S = 840.0  # sooner than a chore is broken off (`jobs/tasks`), of which nothing could be noted any more
STOPPED_AFTER = timedelta(minutes=2)  # some eight tries: whatever stands between doesn't grow
UNSENDABLE = "The portrait engine could not be reached for a day. Nothing was ordered or charged; please try again."
BUSY = (
    "The portrait engine had too much to do to take this, for a whole day. Nothing was ordered or charged; "
    "what you have is safe, and you can try again."
)
NOT_READ = (
    "Your photos could not be read for a whole day, so nothing was ordered or charged. They are safe; please try "
    "again, and tell whoever runs the studio if it stays so."
)
BROKEN = (
    "The studio itself could not send this for a whole day. Nothing was ordered or charged, and what you have is safe; "
    "please try again, and tell whoever runs the studio if it stays so."
)
STOPPED = (
    "Something between the studio and the portrait engine takes no upload of this size, so nothing was ordered or "
    "charged. Your photos are safe. Whoever runs this studio is told; with fewer photos it may go through today."
)
STOPPED_UPLOADS = "uploads of photos that something on the way to the engine found too large"
INCOMPLETE = (
    "Something that this needs, a photo or a style, is no longer in the studio, so nothing was ordered or charged. "
    "What you have is safe; please start again without it."
)
CHECKING = "Making sure that it arrived"


@dataclass(frozen=True)
class Sender:
    """What sending needs besides the rows."""

    desk: Desk
    gateway: Gateway
    webhook: WebhookAddress

    async def send(self, owner_id: UUID, order_id: UUID) -> None:
        """Send an order that is not at the engine yet, or find out what became of a call whose reply was lost.

        Raises:
            settling.Unsettled, Exception: try again later; nothing was ordered twice. Whatever it is, also what nobody
                thought of, it ends in words when it lasts.
        """
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.find(order_id)
        if order is None or order.status not in (OrderStatus.RECORDED, OrderStatus.SENDING):
            return
        began = now()
        try:
            async with asyncio.timeout(TRY_LASTS_S):
                if order.status is OrderStatus.SENDING:
                    await self._settler.settle(owner_id, order_id)
                else:
                    await self._order(owner_id, order)
        except settling.Unsettled:
            raise
        except Exception as error:
            if not await self._has_ended(owner_id, order, error, began):
                raise

    async def _has_ended(self, owner_id: UUID, order: Order, error: Exception, began: datetime) -> bool:
        """Note that what was begun then came to nothing, and end the order when that lasts for too long."""
        silent_for, is_stopped = await self._silent_for(owner_id, order.id, error, began)
        if order.status is OrderStatus.SENDING:
            if is_over := silent_for >= settling.DOUBT_AFTER:
                await self._settler.end_in_doubt(order)
            return is_over
        if silent_for < UNSENT_AFTER and not is_stopped:
            return False
        async with self.desk.for_service(owner_id) as work:
            # A call may have been begun, and broken off by what nobody thought of: of that it would not be true.
            is_unsent = (await work.orders.get(order.id, lock=True)).status is OrderStatus.RECORDED
            if is_unsent:
                words, detail = _why_unsent(error), f"{type(error).__name__} for {silent_for}"
                await progress.end(work, order.id, OrderStatus.FAILED, trouble=words, detail=detail)
                if isinstance(error, StoppedOnTheWay):
                    await count_up(work.session, STOPPED_UPLOADS)
        return is_unsent

    @property
    def _settler(self) -> settling.Settler:
        return settling.Settler(self.desk, self.gateway)

    async def _silent_for(
        self, owner_id: UUID, order_id: UUID, error: Exception, began: datetime
    ) -> tuple[timedelta, bool]:
        """Note a call that came to nothing; return for how long all have, and whether its photos are stopped for good.

        One that was not made, since it was nobody's turn, begins no silence: our own pace is none. It is for one whose
        reply was lost: of that nothing is learnt, whoever keeps us from asking.
        """
        wait = timedelta(seconds=error.retry_after_s if isinstance(error, Throttled) else 0)
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.get(order_id, lock=True)
            if wait >= WORTH_SAYING and order.status is OrderStatus.RECORDED:
                order.waits_until = now() + wait
                noun, row_id = _shown_as(order)
                await work.tell(noun, row_id)
            is_pace = isinstance(error, NotOurTurn) and order.status is OrderStatus.RECORDED
            if is_pace and order.silent_since is None:
                return timedelta(), False
            since = as_of_now(order.note_silence(now(), wait, began=began))
            stopped = None if is_pace else order.note_stop(now(), since, is_one=isinstance(error, StoppedOnTheWay))
            is_stopped = stopped is not None and now() - as_of_now(stopped) >= STOPPED_AFTER
            return now() - since, is_stopped

    async def _order(self, owner_id: UUID, order: Order) -> None:
        try:
            account = await self.gateway.places.whose()
            if order.kind is OrderKind.TRAINING and not has_photos(order, account):
                await Uploader(self.desk, self.gateway).upload(owner_id, order, account)
            report = await self._call(owner_id, order, account)
        except (Refused, NotFound, KeyError) as error:  # before any call
            if not await self._end(owner_id, order.id, error, only=OrderStatus.RECORDED):
                raise
            return
        if report is not None:
            await self._hear(owner_id, order.id, report)

    async def _call(self, owner_id: UUID, order: Order, account: str) -> JobReport | None:
        """Make the call that costs; None when it is no longer wanted, or is somebody else's to make."""
        # From before it is written down: whoever reads that counts from then on, and this process may be stopped, or
        # its machine asleep, between any two of these lines.
        async with turn(self.desk, Call.CREATE):
            with leaving_by(seconds_on() + settling.CALL_LASTS_S):
                request = await self._begin(owner_id, order.id, account)
                return request and await self._send(owner_id, order, request)

    async def _send(self, owner_id: UUID, order: Order, request: Request) -> JobReport | None:
        try:
            async with asyncio.timeout(settling.CALL_LASTS_S):
                return await request.send(self.gateway, self.webhook.of(order.kind, order.id))
        except Refused as error:
            await self._end(owner_id, order.id, error, only=OrderStatus.SENDING)
            return None
        except (NotSent, Throttled):
            await self._note(owner_id, order.id, is_lost=False)
            raise
        except (ReplyLost, TimeoutError) as error:
            await self._note(owner_id, order.id, is_lost=True)
            raise settling.Unsettled(f"order {order.id}") from error

    async def _begin(self, owner_id: UUID, order_id: UUID, account: str) -> Request | None:
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.get(order_id, lock=True)
            if order.status is not OrderStatus.RECORDED or order.cancel_asked_at is not None:
                return None
            request = await gather(work, order)
            order.status, order.sent_at, order.lost_at = OrderStatus.SENDING, now(), None
            order.account, order.waits_until = account, None
            order.attempts += 1
            return request

    async def _note(self, owner_id: UUID, order_id: UUID, *, is_lost: bool) -> None:
        """Write down how a call ended: without a reply, or certainly without an order."""
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.get(order_id, lock=True)
            if order.status is not OrderStatus.SENDING:  # its webhook was faster
                return
            if is_lost:
                # Calls that failed before this one say nothing of those that will ask about it.
                order.lost_at, order.silent_since = now(), None
                if order.kind is OrderKind.TRAINING:
                    (await work.trainings.get(order.training_id, lock=True)).phase = CHECKING
                    await work.tell("training", order.training_id)
            else:
                order.status = OrderStatus.RECORDED
                order.attempts -= 1

    async def _hear(self, owner_id: UUID, order_id: UUID, report: JobReport) -> None:
        async with self.desk.for_service(owner_id) as work:
            await progress.hear(work, order_id, report, is_of_its_call=True)

    async def _end(self, owner_id: UUID, order_id: UUID, error: Exception, *, only: OrderStatus) -> bool:
        """End an order that the engine refused, or that wants something here; False when it stands otherwise by now.

        Another worker may have begun its call, or have found its job, while this one was busy or stopped.
        """
        words = f"{error.headline}. {error.hint}" if isinstance(error, Refused) else INCOMPLETE
        async with self.desk.for_service(owner_id) as work:
            is_as_left = (await work.orders.get(order_id, lock=True)).status is only
            if is_as_left:
                detail = f"{type(error).__name__}: {error}"
                await progress.end(work, order_id, OrderStatus.FAILED, trouble=words, detail=detail)
        return is_as_left


def _why_unsent(error: Exception) -> str:
    """Say what kept an order from being sent for so long."""
    if isinstance(error, StoppedOnTheWay):
        return STOPPED
    if isinstance(error, Throttled):
        return BUSY
    if isinstance(error, BucketDown):
        return NOT_READ
    return UNSENDABLE if isinstance(error, EngineError) else BROKEN


def _shown_as(order: Order) -> tuple[Noun, UUID]:
    """Name the row that people see of an order."""
    return ("training", order.training_id) if order.generation_id is None else ("generation", order.generation_id)
