"""A call whose reply was lost, and what makes it certain that the engine never took it: then another is made."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from portrait_app.adapters.replicate import calls
from portrait_app.adapters.replicate.errors import EngineDown, NotSent, ReplyLost
from portrait_app.adapters.replicate.gateway import Gateway
from portrait_app.domain import rows
from portrait_app.domain.cause import Cause
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import again, cancelling, progress, tidying, traces
from portrait_app.services.orders import Sender
from portrait_app.services.settling import DOUBT_AFTER, Unsettled
from portrait_app.services.versions import NotYetGone
from tests.adapters.scripted import SILENCE, Answer, ScriptedEngine
from tests.builders import WEBHOOK, change
from tests.services.losing import let_time_pass, lost, order_of, recorded

if TYPE_CHECKING:
    from portrait_app.domain.order import Order
    from tests.builders import House

EARLIER = itertools.count(1)


@pytest.mark.parametrize("kind", list(OrderKind))
async def test_one_that_the_engine_certainly_never_took_gets_another_in_its_place(
    house: House, ada: UUID, kind: OrderKind
) -> None:
    order = await lost(house, ada, kind, is_taken=False)
    house.engine.list_is_past = True
    await house.sender.send(ada, order.id)
    assert house.engine.created == []
    assert (await order_of(house, ada, order.id)).status is OrderStatus.LOST
    chores = {chore: row for chore, _, row in house.queue.take()}
    await house.sender.send(ada, chores[Chore.SEND_ORDER])
    successor = await order_of(house, ada, chores[Chore.SEND_ORDER])
    assert (successor.status, successor.retry_of, successor.tries) == (OrderStatus.STARTING, order.id, 0)
    assert successor.fingerprint != order.fingerprint
    if kind is OrderKind.TRAINING:  # the photos of the first go
        assert chores[Chore.TIDY_ORDER] == order.id
        await tidying.tidy(house.desk, house.engine, ada, order.id)  # type: ignore[arg-type] -- a fake
        assert list(house.engine.files) == [f"{successor.id}.zip"]


async def test_an_engine_that_takes_orders_and_denies_it_is_not_paid_without_end(house: House, ada: UUID) -> None:
    assert again.MOST_CALLS == 6, "as docs/replicate.md promises"
    order = await lost(house, ada, is_taken=True)
    house.engine.list_is_past = True
    for call in range(2, again.MOST_CALLS + 1):
        house.engine.unlisted.update(house.engine.known)
        await house.sender.send(ada, order.id)
        order = await order_of(house, ada, {chore: row for chore, _, row in house.queue.take()}[Chore.SEND_ORDER])
        house.engine.fails_next = ReplyLost("reset")
        with pytest.raises(Unsettled):
            await house.sender.send(ada, order.id)
        assert (await order_of(house, ada, order.id)).attempts == call
    house.engine.unlisted.update(house.engine.known)
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).doubt
    assert (len(house.engine.created), house.queue.take()) == (again.MOST_CALLS, [(Chore.CALL_OFF, ada, order.id)])


async def test_nor_is_what_it_broke_off_at_no_cost_ordered_beyond_that(house: House, ada: UUID) -> None:
    order = await recorded(house, ada)
    await house.sender.send(ada, order.id)
    await change(house, order, attempts=again.MOST_CALLS)
    broken_off = JobReport("job1", OrderStatus.FAILED, trouble="Words.", cause=Cause.INTERRUPTED, is_free=True)
    async with house.desk.for_service(ada) as work:
        await progress.hear(work, order.id, broken_off)
        assert await work.orders.next_after(order) is None
    assert house.queue.take() == []


@pytest.mark.parametrize("kind", list(OrderKind))
async def test_what_took_its_place_is_known_although_its_host_has_another_clock(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch, kind: OrderKind
) -> None:
    order = await lost(house, ada, kind, is_taken=False)
    house.engine.list_is_past = True
    with monkeypatch.context() as patch:
        patch.setattr(rows, "uuid7", lambda: UUID(int=next(EARLIER)))  # as made by a host whose clock is years behind
        await house.sender.send(ada, order.id)
    (successor,) = [row for chore, _, row in house.queue.take() if chore is Chore.SEND_ORDER]
    assert successor < order.id
    async with house.desk.for_service(ada) as work:
        following = await work.orders.next_after(order)
        assert following is not None
        assert following.id == successor
        assert await work.orders.next_after(following) is None
        following.status, following.ended_at = OrderStatus.CANCELED, now()
    if order.generation_id is not None:
        async with house.desk.for_service(ada) as work:
            last = await work.orders.last_of(order.generation_id)
            assert last is not None
            assert last.id == successor


async def test_a_call_that_certainly_ordered_nothing_counts_for_nothing(house: House, ada: UUID) -> None:
    order = await recorded(house, ada)
    for _ in range(again.MOST_CALLS + 1):
        house.engine.fails_next = NotSent("no route")
        with pytest.raises(NotSent):
            await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).attempts == 0


async def test_only_what_is_younger_than_any_lost_one_can_be_proves_anything(house: House, ada: UUID) -> None:
    """By then we had hung up, whatever stands between had given up, and the list and the clocks may be wrong."""
    order = await lost(house, ada, is_taken=False)
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order.id)
    assert order.lost_at is not None
    slack = traces.ACCEPTED_WITHIN + traces.LIST_LAGS + traces.CLOCKS_DIFFER
    assert house.engine.looked_until == order.lost_at + slack


async def test_our_own_darkroom_need_not_show_a_younger_one(house: House, ada: UUID) -> None:
    order = await lost(house, ada, is_taken=False)
    house.engine.never_lags = True
    with pytest.raises(Unsettled):  # it may be about to take it
        await house.sender.send(ada, order.id)
    await change(house, order, lost_at=now() - traces.LIST_LAGS)
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.LOST


async def test_a_removed_job_of_another_order_is_no_doubt(house: House, ada: UUID) -> None:
    other = await recorded(house, ada)
    await house.sender.send(ada, other.id)
    order = await lost(house, ada, is_taken=False)
    house.engine.nameless, house.engine.list_is_past = ("job1",), True
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.LOST


async def test_while_the_list_can_not_be_had_nothing_is_decided(house: House, ada: UUID) -> None:
    order = await lost(house, ada, is_taken=False)
    await let_time_pass(house, order)
    house.engine.list_fails = EngineDown("502")
    with pytest.raises(EngineDown):
        await house.sender.send(ada, order.id)
    await change(house, order, silent_since=now() - DOUBT_AFTER, silent_at=now())
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.IN_DOUBT


async def is_waited_for_though_the_engine_is_down(house: House, ada: UUID, order: Order) -> None:
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order.id)
    house.engine.list_fails = EngineDown("502")
    with pytest.raises(EngineDown):
        await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.SENDING


async def test_what_failed_before_the_call_is_no_silence_about_it(house: House, ada: UUID) -> None:
    order = await recorded(house, ada)
    await change(house, order, silent_since=now() - 2 * DOUBT_AFTER, silent_at=now())  # the engine was down for so long
    house.engine.fails_next = ReplyLost("reset")
    await is_waited_for_though_the_engine_is_down(house, ada, order)


async def test_a_list_that_was_read_in_between_ends_a_silence(house: House, ada: UUID) -> None:
    order = await lost(house, ada, is_taken=False)
    await change(house, order, silent_since=now() - 2 * DOUBT_AFTER, silent_at=now())
    await is_waited_for_though_the_engine_is_down(house, ada, order)


async def test_the_list_of_another_account_proves_nothing(house: House, ada: UUID) -> None:
    """The token was exchanged meanwhile: what went to the first account is in no list of the second."""
    order = await lost(house, ada, is_taken=True)
    house.engine.unlisted.add("job1")
    house.engine.list_is_past, house.engine.name = True, "somebody-else"
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order.id)
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.IN_DOUBT
    await change(house, order, stray_since=now() - timedelta(minutes=30))
    with pytest.raises(NotYetGone):  # nor that it was never taken
        await cancelling.call_off(house.desk, house.engine, ada, order.id)  # type: ignore[arg-type] -- a fake
    house.engine.name = "ME"
    house.engine.unlisted.clear()
    await cancelling.call_off(house.desk, house.engine, ada, order.id)  # type: ignore[arg-type] -- a fake
    assert (await order_of(house, ada, order.id)).job_id == "job1"


@pytest.mark.parametrize("kind", list(OrderKind))
async def test_an_engine_that_is_silent_before_the_order_was_ordered_nothing(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch, kind: OrderKind
) -> None:
    monkeypatch.setattr(calls, "PREPARED_WITHIN_S", 0.1)
    order = await recorded(house, ada, kind)
    async with ScriptedEngine() as engine:
        file = {"id": "f", "name": "f", "urls": {"get": "http://engine/f"}}
        engine.answers |= {
            "GET /v1/account": Answer(body={"username": "me"}),
            "GET /v1/models/me/faces/versions/abc": SILENCE,
            "GET /v1/models/darkroom/face-trainer": SILENCE,
            "GET /v1/files": Answer(body={"results": []}),
            "POST /v1/files": Answer(201, file),
        }
        gateway = Gateway(base_url=engine.base, token="a-token")
        with pytest.raises(NotSent):
            await Sender(house.desk, gateway, WEBHOOK).send(ada, order.id)
        await gateway.close()
        assert [asked.method for asked in engine.asked if "files" not in asked.path] == ["GET", "GET"]
    known = await order_of(house, ada, order.id)
    assert (known.status, known.attempts, known.lost_at) == (OrderStatus.RECORDED, 0, None)
