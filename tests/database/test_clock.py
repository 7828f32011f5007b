"""Hosts whose clocks differ agree on the database's, by which their rows are compared."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import structlog.testing
from procrastinate.jobs import Job

from portrait_app.database import clock as kept_clock
from portrait_app.domain import clock
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.jobs.patience import Patience
from portrait_app.services import inbox, reconcile
from portrait_app.services.settling import Unsettled
from tests.builders import change
from tests.deaf import DeafOnce
from tests.services.losing import lost, order_of, recorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from portrait_app.database.address import Role
    from tests.builders import House

A_QUARTER = timedelta(minutes=15)
A_DAY = timedelta(days=1)
A_MOMENT = timedelta(seconds=5)
ENOUGH_S = 30.0


@pytest.fixture(autouse=True)
def our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test agrees on is forgotten after it."""
    for name, value in {"of_ours": timedelta(), "has_agreed": True, "steps": []}.items():
        monkeypatch.setattr(clock._Ahead, name, value)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Set this host's clock wrong by so much."""

    def wrong_by(difference: timedelta) -> None:
        monkeypatch.setattr(clock, "_host", lambda: datetime.now(UTC) + difference)

    return wrong_by


@pytest.mark.parametrize("difference", [A_QUARTER, -A_QUARTER], ids=["ahead", "behind"])
async def test_a_host_with_a_wrong_clock_goes_by_the_databases(
    house: House, host: Callable[[timedelta], None], difference: timedelta
) -> None:
    host(difference)
    with structlog.testing.capture_logs() as logged:
        await kept_clock.agree(house.desk.database)
        await kept_clock.agree(house.desk.database)
    assert abs(clock.now() - datetime.now(UTC)) < A_MOMENT
    assert [entry["event"] for entry in logged] == ["clock.differs"]  # and from then on it doesn't


@pytest.mark.parametrize("difference", [A_QUARTER, -A_QUARTER], ids=["ahead", "behind"])
async def test_what_such_a_host_writes_down_is_due_when_it_should_be(
    house: House, host: Callable[[timedelta], None], difference: timedelta
) -> None:
    host(difference)
    await kept_clock.agree(house.desk.database)
    ada = await house.somebody("Ada")  # whose signed name is believed at once, and not for ever
    order = await recorded(house, ada, OrderKind.PREDICTION)
    await house.sender.send(ada, order.id)
    await inbox.take(house.desk, webhook_id="w", order_id=order.id, report=JobReport("job1", OrderStatus.RUNNING))
    heard = await order_of(house, ada, order.id)
    assert heard.look_at is not None
    assert abs(heard.look_at - datetime.now(UTC)) < A_MOMENT
    assert await reconcile.look_at_orders(house.desk, house.engine) == 0  # type: ignore[arg-type] -- a fake
    await reconcile.remember_chores(house.desk)
    assert house.queue.take() == []  # nothing that was written down just now looks forgotten


def test_a_chore_is_tried_again_by_the_databases_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock._Ahead, "of_ours", A_QUARTER)
    job = Job(id=1, queue="engine", lock=None, queueing_lock=None, task_name="send_order", attempts=1)
    decision = Patience().get_retry_decision(exception=Unsettled(), job=job)
    assert decision is not None
    assert decision.retry_at is not None
    assert abs(decision.retry_at - datetime.now(UTC) - A_QUARTER) < A_MOMENT


def test_what_may_be_the_way_of_the_answer_is_no_difference() -> None:
    asked_at = clock.now() - timedelta(seconds=2)
    assert clock.set_by(clock.now(), asked_at=asked_at) == timedelta()
    assert clock.set_by(clock.now() + A_QUARTER, asked_at=asked_at) > timedelta(minutes=14)


def test_a_clock_that_is_set_changes_nothing_until_the_database_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is under way would be long overdue for ten seconds, and be called off."""

    class Set(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + A_QUARTER

    monkeypatch.setattr(clock, "datetime", Set)
    assert abs(clock.now() - datetime.now(UTC)) < A_MOMENT


@pytest.mark.parametrize("difference", [A_DAY, -A_DAY], ids=["forwards", "back"])
async def test_a_clock_that_is_set_makes_nothing_overdue_and_no_lost_order_one_that_never_was(
    house: House, monkeypatch: pytest.MonkeyPatch, difference: timedelta
) -> None:
    monkeypatch.setattr(clock._Ahead, "of_ours", max(-difference, timedelta()))  # a name of the past is nobody's
    ada = await house.somebody("Ada")
    under_way = await recorded(house, ada, OrderKind.TRAINING)
    await house.sender.send(ada, under_way.id)
    given_away = await lost(house, ada, is_taken=False)
    assert given_away.sent_at is not None
    clock.set_by(clock.now() + difference, asked_at=clock.now())
    house.engine.say("job1", JobReport("job1", OrderStatus.RUNNING))
    await change(house, under_way, look_at=datetime.now(UTC))
    await reconcile.look_at_orders(house.desk, house.engine)  # type: ignore[arg-type] -- a fake
    assert (house.engine.asked, house.engine.canceled) == (["job1"], [])
    with pytest.raises(Unsettled):
        await house.sender.send(ada, given_away.id)
    assert house.engine.looked_since < min(given_away.sent_at, clock.now()) - A_MOMENT
    assert house.engine.looked_until > max(given_away.sent_at, clock.now()) + A_MOMENT


def test_what_was_written_down_since_a_clock_was_set_is_as_it_says() -> None:
    before = clock.now()
    clock.set_by(clock.now() + A_DAY, asked_at=clock.now())
    since = clock.now()
    clock.set_by(clock.now() + A_MOMENT, asked_at=clock.now())  # too little to have been set
    assert abs(clock.as_of_now(before) - clock.now()) < 2 * A_MOMENT
    assert clock.as_of_now(since) == since
    clock.set_by(clock.now() - A_DAY, asked_at=clock.now())
    assert clock.as_of_now(since_back := clock.now()) == since_back


async def test_it_is_asked_again_and_a_silent_database_changes_nothing(
    house: House, host: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_clock, "AGAIN_AFTER_S", 0.01)
    async with asyncio.timeout(10), kept_clock.kept(house.desk.database):
        host(A_QUARTER)  # somebody sets the clock
        while clock.now() - datetime.now(UTC) > A_MOMENT:  # noqa: ASYNC110 -- a clock tells nobody that it was set
            await asyncio.sleep(0.01)
    monkeypatch.setattr(house.desk.database, "transaction", broken)
    async with kept_clock.kept(house.desk.database):
        assert abs(clock.now() - datetime.now(UTC)) < A_MOMENT


def broken(_role: Role, _owner: None) -> None:
    raise ConnectionRefusedError


async def test_whoever_keeps_time_ends_though_the_word_to_is_lost_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = DeafOnce()
    monkeypatch.setattr(kept_clock, "AGAIN_AFTER_S", 0.0)

    async def keep_for_a_moment() -> None:
        async with kept_clock.kept(house.desk.database):
            monkeypatch.setattr(kept_clock, "agree", deaf.wait)
            await deaf.waits.wait()

    keeping = asyncio.create_task(keep_for_a_moment())
    assert await asyncio.wait([keeping], timeout=ENOUGH_S) == ({keeping}, set())
    assert deaf.was_told
