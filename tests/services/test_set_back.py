"""The database's clock is set by an hour while orders are under way: nothing waits for that hour, and none is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from portrait_app.adapters.queue import JobQueue, jobs_app
from portrait_app.adapters.replicate.errors import EngineDown, JobVanished, NotOurTurn, StoppedOnTheWay, Throttled
from portrait_app.domain import clock
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.services import reconcile
from portrait_app.services.pace import Call, turn
from portrait_app.services.versions import NotYetGone
from tests.builders import change
from tests.services.losing import let_time_pass, lost, order_of, recorded
from tests.services.straying import call_off, sent
from tests.services.test_reconcile import look

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.order import Order
    from tests.builders import House

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def was_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test agrees on is forgotten after it."""
    for name, value in {"of_ours": timedelta(), "has_agreed": True, "steps": []}.items():
        monkeypatch.setattr(clock._Ahead, name, value)


def set_back(house: House, *changes: str) -> None:
    """Have rows read as if they had been written before the clock was set back."""
    with psycopg.connect(house.desk.database.address.conninfo(), options="-c search_path=jobs") as admin:
        for change_ in changes:
            admin.execute(change_)  # type: ignore[arg-type] -- words of this file


async def test_set_back_it_keeps_no_job_from_being_asked_about(house: House, ada: UUID) -> None:
    order = await sent(house, ada, OrderKind.PREDICTION)
    await change(house, order, look_at=now() + AN_HOUR, heard_at=now() + AN_HOUR)
    await look(house)
    assert house.engine.asked == ["job1"]
    known = await order_of(house, ada, order.id)
    assert known.look_at is not None
    await change(house, order, look_at=now() + timedelta(seconds=60))  # what is put off for a minute waits
    await look(house)
    assert (house.engine.asked, known.look_at < now() + timedelta(minutes=2)) == (["job1"], True)


async def test_set_back_it_keeps_nobody_from_a_turn_but_for_as_long_as_the_engine_says(house: House, ada: UUID) -> None:
    await sent(house, ada, OrderKind.PREDICTION)
    set_back(house, "UPDATE app.paces SET free_at = free_at + interval '1 hour', said_at = said_at + interval '1 hour'")
    order = await recorded(house, ada)
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.STARTING
    with pytest.raises(Throttled):
        async with turn(house.desk, Call.ASK):
            raise Throttled("429", 120)
    set_back(house, "UPDATE app.paces SET free_at = free_at + interval '1 hour', said_at = said_at + interval '1 hour'")
    for _ in range(2):  # nor does a question shorten it
        with pytest.raises(NotOurTurn) as said:
            async with turn(house.desk, Call.ASK):
                pass
        assert 110 < said.value.retry_after_s < 130
    passed = "interval '2 minutes'"
    set_back(house, f"UPDATE app.paces SET free_at = free_at - {passed}, said_at = said_at - {passed}")
    async with turn(house.desk, Call.ASK):  # two minutes later it is over: no question begins the wait anew
        pass


async def test_set_back_it_has_forgotten_work_remembered(house: House, ada: UUID) -> None:
    order = await recorded(house, ada)
    await change(house, order, created_at=now() + AN_HOUR)
    await reconcile.remember_chores(house.desk)
    assert house.queue.take() == [(Chore.SEND_ORDER, ada, order.id)]


async def test_set_back_it_keeps_no_chore_waiting_and_no_dead_worker_alive(house: House, ada: UUID) -> None:
    app = jobs_app(house.desk.database.address)
    async with app.open_async():
        queue, manager = JobQueue(app), app.job_manager
        order = await recorded(house, ada)
        await queue.put_off(Chore.SEND_ORDER, ada, order.id)
        dead = await manager.register_worker()
        job = await manager.fetch_job(queues=None, worker_id=dead)
        assert job is not None
        later = "interval '1 hour'"
        set_back(house, f"UPDATE jobs.procrastinate_workers SET last_heartbeat = now() + {later}")
        await queue.go_by_its_clock()
        assert [one.id for one in await manager.get_stalled_jobs(seconds_since_heartbeat=-1)] == [job.id]
        await manager.retry_job(job, retry_at=now() + timedelta(seconds=90))
        await queue.go_by_its_clock()
        assert await manager.fetch_job(queues=None, worker_id=dead) is None
        set_back(
            house,
            f"UPDATE jobs.procrastinate_jobs SET scheduled_at = scheduled_at + {later}",
            f"UPDATE jobs.procrastinate_events SET at = at + {later}",
        )
        await queue.go_by_its_clock()
        again = await manager.fetch_job(queues=None, worker_id=dead)
        assert again is not None
        assert again.id == job.id
        await manager.retry_job(again, retry_at=now() + timedelta(seconds=90))  # from here on by the new clock
        await queue.go_by_its_clock()
        assert await manager.fetch_job(queues=None, worker_id=dead) is None


@pytest.mark.usefixtures("was_agreed")
async def test_what_a_worker_put_off_before_it_heard_that_the_clock_was_set_back_does_not_wait(
    house: House, ada: UUID
) -> None:
    app = jobs_app(house.desk.database.address)
    async with app.open_async():
        queue, manager = JobQueue(app), app.job_manager
        order = await recorded(house, ada)
        await queue.put_off(Chore.SEND_ORDER, ada, order.id)
        hand = await manager.register_worker()
        for is_heard in (False, True):
            if is_heard:
                clock.set_by(clock.now() - AN_HOUR, asked_at=clock.now())
            await queue.go_by_its_clock()
            job = await manager.fetch_job(queues=None, worker_id=hand)
            assert job is not None
            if not is_heard:  # by the database's clock it is an hour earlier
                await manager.retry_job(job, retry_at=datetime.now(UTC) + AN_HOUR + timedelta(seconds=4))
                await queue.go_by_its_clock()
                assert await manager.fetch_job(queues=None, worker_id=hand) is None


@pytest.mark.usefixtures("was_agreed")
async def test_set_forwards_it_makes_no_job_one_that_the_engine_has_not_known_for_long(house: House, ada: UUID) -> None:
    order = await sent(house, ada, OrderKind.TRAINING)
    house.engine.trouble_with["job1"] = JobVanished("job1")
    await ask_about(house, order)
    clock.set_by(clock.now() + AN_HOUR, asked_at=clock.now())
    await ask_about(house, order)
    known = await order_of(house, ada, order.id)
    assert (known.status, known.unknown_since is None) == (OrderStatus.STARTING, False)


@pytest.mark.usefixtures("was_agreed")
async def test_set_forwards_it_ends_no_search_for_a_lost_job(house: House, ada: UUID) -> None:
    order = await lost(house, ada, is_taken=False)
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    clock.set_by(clock.now() + 2 * AN_HOUR, asked_at=clock.now())
    with pytest.raises(NotYetGone):
        await call_off(house, order)
    assert (await order_of(house, ada, order.id)).stray_since is not None


@pytest.mark.usefixtures("was_agreed")
async def test_set_forwards_it_makes_no_silence_longer(house: House, ada: UUID) -> None:
    order = await lost(house, ada, is_taken=False)
    house.engine.list_fails = EngineDown("502")
    await change(house, order, silent_since=now() - timedelta(minutes=7), silent_at=now())
    clock.set_by(clock.now() + timedelta(minutes=9), asked_at=clock.now())
    with pytest.raises(EngineDown):
        await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.SENDING


async def ask_about(house: House, order: Order) -> None:
    await change(house, order, look_at=now() - 2 * AN_HOUR)
    await look(house)


@pytest.mark.usefixtures("was_agreed")
def test_only_what_was_set_back_lately_was_put_off_for_too_long() -> None:
    for step, is_back in ((AN_HOUR, False), (-AN_HOUR, True)):
        clock.set_by(clock.now() + step, asked_at=clock.now())
        assert clock.was_set_back(timedelta(seconds=10)) is is_back
        assert not clock.was_set_back(timedelta())  # that is over by now


@pytest.mark.usefixtures("was_agreed")
async def test_set_back_it_ends_no_order_at_the_first_upload_that_is_stopped(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await recorded(house, ada, OrderKind.TRAINING)
    before = now() + AN_HOUR
    await change(house, order, silent_since=before - timedelta(minutes=11), silent_at=before)  # by a broken line
    monkeypatch.setattr(clock._Ahead, "steps", [(before, -AN_HOUR)])

    async def refused(*_: object) -> None:
        raise StoppedOnTheWay("413")

    monkeypatch.setattr(house.engine, "upload", refused)
    with pytest.raises(StoppedOnTheWay):
        await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).status is OrderStatus.RECORDED
