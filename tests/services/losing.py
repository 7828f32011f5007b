"""Orders whose replies were lost, as a test begins with them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import ReplyLost
from portrait_app.domain.clock import now
from portrait_app.domain.order import Order, OrderKind
from portrait_app.services import generations, trainings
from portrait_app.services.settling import DOUBT_AFTER, Unsettled
from tests.builders import change

if TYPE_CHECKING:
    from uuid import UUID

    from tests.builders import House


async def recorded(house: House, owner_id: UUID, kind: OrderKind = OrderKind.PREDICTION) -> Order:
    """Have an order written down that nothing was sent of."""
    if kind is OrderKind.PREDICTION:
        training = await house.ready_model(owner_id)
        async with house.desk.for_person(owner_id) as work:
            await generations.order(work, training, style="noir", count=2, aspect="1:1")
    else:
        draft = await house.draft_with_selfies(owner_id)
        async with house.desk.for_person(owner_id) as work:
            await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    ((_, _, order_id),) = house.queue.take()
    return await order_of(house, owner_id, order_id)


async def lost(house: House, owner_id: UUID, kind: OrderKind = OrderKind.PREDICTION, *, is_taken: bool) -> Order:
    """Have an order sent whose reply was lost on its way."""
    order = await recorded(house, owner_id, kind)
    house.engine.fails_next, house.engine.accepts_all_the_same = ReplyLost("reset"), is_taken
    with pytest.raises(Unsettled):
        await house.sender.send(owner_id, order.id)
    return await order_of(house, owner_id, order.id)


async def order_of(house: House, owner_id: UUID, order_id: UUID) -> Order:
    async with house.desk.for_service(owner_id) as work:
        return await work.orders.get(order_id)


async def let_time_pass(house: House, order: Order) -> None:
    """Make it so long ago that it is waited for no longer."""
    await change(house, order, sent_at=now() - DOUBT_AFTER - timedelta(minutes=1), lost_at=now() - DOUBT_AFTER)
