"""A worker that was stopped, or slept with its machine, in the middle of something: others go on meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portrait_app.adapters.replicate import bounded
from portrait_app.adapters.replicate.errors import NotSent, Refused, ReplyLost, WrongToken
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import seconds_on
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import inbox, orders
from portrait_app.services.settling import CALL_LASTS_S, Unsettled
from tests.services.losing import let_time_pass, order_of, recorded

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.adapters.replicate.listing import Trace
    from portrait_app.services.requests import Request
    from tests.builders import House


@pytest.mark.parametrize("kind", list(OrderKind))
async def test_what_was_about_to_be_sent_is_not_sent_any_more(
    house: House, ada: UUID, kind: OrderKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had written down that it sends; meanwhile another found that nothing was taken, and sent another order."""
    order = await recorded(house, ada, kind)
    begin, began, wakes = orders.Sender._begin, asyncio.Event(), asyncio.Event()

    async def stopped(sender: orders.Sender, *about: Any) -> Request | None:
        request = await begin(sender, *about)
        monkeypatch.undo()
        began.set()
        await wakes.wait()
        return request

    monkeypatch.setattr(orders.Sender, "_begin", stopped)
    sleeper = asyncio.create_task(house.sender.send(ada, order.id))
    async with asyncio.timeout(30):
        await began.wait()
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order.id)
    await let_time_pass(house, order)
    house.engine.list_is_past = True
    await house.sender.send(ada, order.id)
    (successor,) = [row for chore, _, row in house.queue.take() if chore is Chore.SEND_ORDER]
    await house.sender.send(ada, successor)
    monkeypatch.setattr(bounded, "seconds_on", lambda: seconds_on() + CALL_LASTS_S)  # so long it was stopped
    wakes.set()
    with pytest.raises(NotSent):
        await sleeper
    assert len(house.engine.created) == 1
    assert (await order_of(house, ada, order.id)).status is OrderStatus.LOST
    assert (await order_of(house, ada, successor)).status is OrderStatus.STARTING


async def test_a_no_to_what_was_asked_before_an_order_ends_none_that_another_sent_meanwhile(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker slept while it asked; by now the order is at the engine, and costs."""
    order = await recorded(house, ada, OrderKind.TRAINING)
    asks, wakes = asyncio.Event(), asyncio.Event()

    async def stopped(*_: object) -> str:
        monkeypatch.undo()
        asks.set()
        await wakes.wait()
        raise WrongToken("401")

    monkeypatch.setattr(house.engine, "whose", stopped)
    sleeper = asyncio.create_task(house.sender.send(ada, order.id))
    async with asyncio.timeout(30):
        await asks.wait()
    await house.sender.send(ada, order.id)
    wakes.set()
    with pytest.raises(WrongToken):
        await sleeper
    assert (await order_of(house, ada, order.id)).status is OrderStatus.STARTING
    await house.sender.send(ada, order.id)
    assert len(house.engine.created) == 1


async def test_a_no_that_comes_after_the_news_of_its_job_ends_nothing(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody between us and the engine may say no to what was taken."""
    order = await recorded(house, ada)

    async def taken_and_refused(**_: object) -> JobReport:
        report = JobReport("job1", OrderStatus.RUNNING)
        await inbox.take(house.desk, webhook_id="w", order_id=order.id, report=report)
        raise Refused("403: by somebody else")

    monkeypatch.setattr(house.engine, "start_prediction", taken_and_refused)
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.RUNNING


async def test_a_transaction_that_is_never_ended_keeps_its_rows_from_nobody_for_long(house: House, ada: UUID) -> None:
    order = await recorded(house, ada)
    await house.sender.send(ada, order.id)
    async with house.desk.for_service(ada) as work:
        assert await work.session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1min"
    has_locked, wakes = asyncio.Event(), asyncio.Event()

    async def stopped() -> None:
        async with house.desk.for_service(ada) as work:
            (await work.orders.get(order.id, lock=True)).job_id = "another"
            await work.session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 200"))  # ms
            has_locked.set()
            await wakes.wait()

    sleeper = asyncio.create_task(stopped())
    async with asyncio.timeout(30):
        await has_locked.wait()
        report = JobReport("job1", OrderStatus.RUNNING)
        await inbox.take(house.desk, webhook_id="w", order_id=order.id, report=report)
    wakes.set()
    with pytest.raises(SQLAlchemyError):  # what it had begun is as if it had never been
        await sleeper
    known = await order_of(house, ada, order.id)
    assert (known.status, known.job_id) == (OrderStatus.RUNNING, "job1")


@pytest.mark.parametrize("is_past", [True, False], ids=["never taken", "in doubt"])
async def test_what_a_list_says_of_one_call_gives_up_none_that_was_made_since(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch, *, is_past: bool
) -> None:
    """Whoever made the first one slept with a 429 in its hands, and sends again just as another has read the list."""
    order = await recorded(house, ada)
    house.engine.fails_next = ReplyLost("reset")
    with pytest.raises(Unsettled):
        await house.sender.send(ada, order.id)
    await let_time_pass(house, order)
    house.engine.list_is_past = is_past
    find, create = house.engine.find, house.engine.start_prediction
    calls, answers = asyncio.Event(), asyncio.Event()

    async def slow(**what: Any) -> JobReport:
        calls.set()
        await answers.wait()
        return await create(**what)

    async def found(*where: Any, **how: Any) -> Trace:
        trace = await find(*where, **how)
        async with house.desk.for_service(ada) as work:  # as it does when it wakes
            (await work.orders.get(order.id, lock=True)).status = OrderStatus.RECORDED
        monkeypatch.setattr(house.engine, "start_prediction", slow)
        waking.append(asyncio.create_task(house.sender.send(ada, order.id)))
        await calls.wait()
        return trace

    waking: list[asyncio.Task[None]] = []
    monkeypatch.setattr(house.engine, "find", found)
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.SENDING  # nor does it end it in doubt
    answers.set()
    await asyncio.gather(*waking)
    assert [chore for chore, _, _ in house.queue.take() if chore is Chore.SEND_ORDER] == []
    assert (await order_of(house, ada, order.id)).status is OrderStatus.STARTING
