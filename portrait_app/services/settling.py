"""Finding out what became of a call whose reply was lost. Nothing is sent from here, and nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.replicate.errors import EngineError
from portrait_app.domain.clock import as_of_now, now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.report import JobReport
from portrait_app.services import progress
from portrait_app.services.again import MOST_CALLS
from portrait_app.services.pace import Call, turn
from portrait_app.services.traces import LIST_LAGS, look_for

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.order import Order, OrderKind
    from portrait_app.services.work import Desk

log = structlog.get_logger()

CALL_LASTS_S = 40.0  # at most, before we hang up ourselves
# Since the call's end. By then a lost prediction has ended by the deadline that it carried (`Cancel-After`, 10 min).
DOUBT_AFTER = timedelta(minutes=15)
SOONEST, LATEST = timedelta(seconds=2), timedelta(seconds=20)


class Unsettled(Exception):
    """It can't be said yet whether the engine has an order; ask again after `wait_s`."""

    def __init__(self, what: str = "", ago: timedelta = timedelta()) -> None:
        super().__init__(what)
        self.wait_s = min(max(ago / 4, SOONEST), LATEST).total_seconds()


@dataclass(frozen=True)
class Settler:
    """What settling needs besides the rows."""

    desk: Desk
    gateway: Gateway

    async def settle(self, owner_id: UUID, order_id: UUID) -> None:
        """Find out what became of a call, by the engine's list; its webhook may be faster.

        Raises:
            Unsettled, EngineError: ask again later.
        """
        order = await self._with_the_calls_end(owner_id, order_id)
        if order.status is not OrderStatus.SENDING or order.lost_at is None:  # its webhook was
            return
        found = await look_for(self.desk, self.gateway, order)
        await self._note_an_answer(order)
        if found.job_id is not None and await self._is_adopted(order, found.job_id, found.others):
            return
        if found.is_nothing and order.attempts < MOST_CALLS:
            async with self.desk.for_service(owner_id) as work:
                await progress.give_up_for_another(work, order.id, order.sent_at)
        elif found.is_nothing or now() >= _doubtful_at(order, order.lost_at):
            await self.end_in_doubt(order)
        else:
            raise Unsettled(f"order {order.id}", now() - as_of_now(order.lost_at))

    async def _is_adopted(self, order: Order, job_id: str, others: tuple[str, ...]) -> bool:
        """Keep a job that the list shows as the order's; False where it is known as that of another.

        What became of the call is then not known, and is waited for no longer than where no list shows it.
        """
        report = await self._heard_of(order.kind, job_id)
        async with self.desk.for_service(order.owner_id) as work:
            await progress.hear_of_all(work, order.id, report, others)
            is_known = (await work.orders.get(order.id)).job_id is not None
        log.info("order.adopted", order=str(order.id), job=job_id, is_its_own=is_known)
        return is_known

    async def end_in_doubt(self, order: Order) -> None:
        """End an order of which nobody can say whether the engine took it; its job is looked for all the same."""
        async with self.desk.for_service(order.owner_id) as work:
            await progress.end_in_doubt(work, order.id, order.sent_at)

    async def _with_the_calls_end(self, owner_id: UUID, order_id: UUID) -> Order:
        """Return an order with the moment at which its call has ended, at the latest.

        Where nobody wrote that down, whoever made the call was killed, or slept with the whole machine and goes on now:
        then it still may last as long as a call may.
        """
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.get(order_id, lock=True)
            if order.status is OrderStatus.SENDING and order.lost_at is None:
                order.lost_at, order.silent_since = now() + timedelta(seconds=CALL_LASTS_S), None
            return order

    async def _note_an_answer(self, order: Order) -> None:
        """Note that a list was read: what fails from now on is another silence."""
        if order.silent_since is None:
            return
        async with self.desk.for_service(order.owner_id) as work:
            (await work.orders.get(order.id, lock=True)).silent_since = None

    async def _heard_of(self, kind: OrderKind, job_id: str) -> JobReport:
        """How a job of the list is doing: a list may leave out logs and outputs.

        Where that can't be learnt now it is ours all the same, and asked about from now on as any other.
        """
        try:
            async with turn(self.desk, Call.ASK):
                return await self.gateway.look_at(kind, job_id)
        except EngineError:
            return JobReport(job_id, OrderStatus.STARTING)


def _doubtful_at(order: Order, call_ended: datetime) -> datetime:
    """When to wait no longer; nobody waits for what was called off, which is looked for after its end as well."""
    return as_of_now(call_ended) + (DOUBT_AFTER if order.cancel_asked_at is None else LIST_LAGS)
