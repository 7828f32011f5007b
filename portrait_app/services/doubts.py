"""What could not be settled with the engine, and the word of whoever runs the studio that settles it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.adapters.replicate.errors import JobVanished
from portrait_app.database.address import Role
from portrait_app.database.orders import doubts_of_all, owner_of
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.errors import PortraitError
from portrait_app.services import progress
from portrait_app.services.again import say_it_is_over
from portrait_app.services.pace import Call, turn
from portrait_app.services.strays import NOTHING_AFTER_ALL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.database.orders import Doubt
    from portrait_app.domain.order import Order
    from portrait_app.services.work import Desk, Work


class NoDoubt(PortraitError):
    """The order isn't in doubt, or no longer."""

    headline = "Nothing is in doubt about this order"
    hint = "So nothing was changed. `python -m portrait_app doubts` lists those that are."


class NotItsJob(PortraitError):
    """The job that was named can't be this order's."""

    headline = "This can't be the order's job"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        said = f"{why[0].upper()}{why[1:]}"
        self.hint = f"{said}. So nothing was changed; compare its time and its fingerprint with the engine's list."


async def open_ones(desk: Desk) -> Sequence[Doubt]:
    """Return all that is in doubt, the oldest first."""
    async with desk.for_nobody(Role.SERVICE) as session:
        return await doubts_of_all(session)


async def settle_as_nothing(desk: Desk, order_id: UUID) -> None:
    """Settle that the engine has nothing of an order, by the word of somebody who looked.

    Raises: NoDoubt.
    """
    async with desk.for_whose_order(order_id) as work:
        order = await _in_doubt(work, order_id)
        order.doubt = order.stray_since = order.version = None
        if work is not None and order.status is OrderStatus.IN_DOUBT:
            await say_it_is_over(work, order, NOTHING_AFTER_ALL)


async def settle_as_sent(desk: Desk, gateway: Gateway, order_id: UUID, job_id: str) -> OrderStatus:
    """Settle that an order became this job, and hear how it is doing. Return how the order stands then.

    What is of use is taken in after all; else the job is called off, and what it made is deleted.

    Raises: NoDoubt, NotItsJob. EngineError: it could not be asked now.
    """
    async with desk.for_whose_order(order_id) as work:
        order = await _in_doubt(work, order_id)
        if order.job_id not in (None, job_id):
            raise NotItsJob(f"it is job {order.job_id}")
    async with desk.for_nobody(Role.SERVICE) as session:
        known = await owner_of(session, job_id=job_id)
    if known is not None and known[0] != order_id:
        raise NotItsJob(f"job {job_id} is that of order {known[0]}")
    try:
        async with turn(desk, Call.ASK):
            report = await gateway.look_at(order.kind, job_id)
    except JobVanished as error:
        raise NotItsJob(f"the engine knows no {order.kind} {job_id}") from error
    async with desk.for_service(order.owner_id) as work:
        await progress.hear(work, order_id, report)
        return (await work.orders.get(order_id)).status


async def _in_doubt(work: Work | None, order_id: UUID) -> Order:
    order = await work.orders.get(order_id, lock=True) if work is not None else None
    if order is None or order.doubt is None:
        raise NoDoubt(str(order_id))
    return order
