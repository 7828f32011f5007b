"""An engine that says "not so fast" before it has taken anything: the person sees when, and it has an end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import NotOurTurn, Throttled
from portrait_app.database.address import Role
from portrait_app.database.orders import stop_turns
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus, TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.services import orders
from portrait_app.services.settling import DOUBT_AFTER
from portrait_app.web.train.shelf import training_cards
from tests.builders import change
from tests.services.losing import lost, order_of, recorded
from tests.services.test_untold import let_turns_come

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.order import Order
    from tests.builders import House

HOUR_S = 3600.0


@pytest.fixture
async def waiting(house: House, ada: UUID) -> Order:
    """A training that the engine has us send in an hour."""
    order = await recorded(house, ada, OrderKind.TRAINING)
    await throttled(house, order)
    return await order_of(house, ada, order.id)


async def throttled(house: House, order: Order) -> None:
    house.engine.fails_next = Throttled("429", HOUR_S)
    with pytest.raises(Throttled):
        await house.sender.send(order.owner_id, order.id)
    await let_turns_come(house)


async def test_the_person_sees_when_it_goes_out(house: House, ada: UUID, waiting: Order) -> None:
    async with house.desk.for_person(ada) as work:
        (card,) = await training_cards(work)
    assert card.phase == "Waiting for the portrait engine, about 1 h 0 min"
    await house.sender.send(ada, waiting.id)
    async with house.desk.for_person(ada) as work:
        (card,) = await training_cards(work)
    assert "Waiting" not in card.phase
    sent = await order_of(house, ada, waiting.id)
    assert (sent.status, sent.waits_until, sent.silent_since) == (OrderStatus.STARTING, None, None)


async def test_an_engine_that_is_too_busy_for_a_day_is_waited_for_no_longer(
    house: House, ada: UUID, waiting: Order
) -> None:
    await throttled(house, waiting)
    await change(house, waiting, silent_since=now() - orders.UNSENT_AFTER)
    house.engine.fails_next = Throttled("429", HOUR_S)
    await house.sender.send(ada, waiting.id)
    ended = await order_of(house, ada, waiting.id)
    async with house.desk.for_person(ada) as work:
        training = await work.trainings.get(waiting.training_id)
    assert (ended.status, training.status, training.trouble) == (OrderStatus.FAILED, TrainingStatus.FAILED, orders.BUSY)
    assert house.engine.created == []


async def test_the_hours_that_it_has_us_wait_are_part_of_that_day(house: House, ada: UUID, waiting: Order) -> None:
    an_hour_and_a_bit = timedelta(hours=1, minutes=15)
    assert waiting.silent_since is not None
    assert waiting.silent_at is not None
    before = waiting.silent_since - an_hour_and_a_bit
    await change(house, waiting, silent_since=before, silent_at=waiting.silent_at - an_hour_and_a_bit)
    await throttled(house, waiting)
    assert (await order_of(house, ada, waiting.id)).silent_since == before


async def test_our_own_pace_is_no_silence_of_the_engines(house: House, ada: UUID) -> None:
    order = await recorded(house, ada)
    async with house.desk.for_nobody(Role.SERVICE) as session:
        await stop_turns(session, "create", timedelta(minutes=5))
    await change(house, order, created_at=now() - timedelta(days=30))
    with pytest.raises(NotOurTurn):
        await house.sender.send(ada, order.id)
    known = await order_of(house, ada, order.id)
    assert (known.status, known.silent_since) == (OrderStatus.RECORDED, None)
    assert known.waits_until is not None  # that of another order's is seen all the same


async def test_a_lost_reply_that_may_not_be_asked_about_is_no_longer_waited_for_than_any(
    house: House, ada: UUID
) -> None:
    """Others may have every turn there is, and be told to wait in its place, hour by hour."""
    order = await lost(house, ada, is_taken=True)
    async with house.desk.for_nobody(Role.SERVICE) as session:
        await stop_turns(session, "ask", timedelta(hours=1))
    with pytest.raises(NotOurTurn):
        await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).silent_since is not None
    await change(house, order, silent_since=now() - DOUBT_AFTER)
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.IN_DOUBT
