"""An engine that says no to every question, and one that answers none of many: each job ends all the same."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from portrait_app.adapters.replicate.errors import EngineDown, Refused, Throttled, WrongToken
from portrait_app.adapters.replicate.listing import Page
from portrait_app.database.address import Role
from portrait_app.database.orders import counted, stop_turns
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.services import cancelling, reconcile, removal, silence
from tests.builders import change
from tests.services.losing import order_of
from tests.services.straying import call_off
from tests.services.test_reconcile import look, painting
from tests.services.test_silence import finished, training_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from portrait_app.domain.order import Order
    from portrait_app.domain.report import JobReport
    from tests.builders import House

__all__ = ["finished"]  # fixtures


NO = [WrongToken("401"), Refused("403"), Throttled("429", 3600)]


@pytest.mark.parametrize("no", NO, ids=str)
async def test_an_engine_that_says_no_to_every_question_is_waited_for_no_longer_and_the_operator_is_told(
    house: House, finished: Order, no: Exception
) -> None:
    house.engine.trouble_with["job1"] = no
    await look(house)
    known = await order_of(house, finished.owner_id, finished.id)
    assert (known.status.is_final, known.silent_since is not None) == (False, True)
    await let_an_hour_of_it_pass(house, finished)
    await look(house)
    known, training = await order_of(house, finished.owner_id, finished.id), await training_of(house, finished)
    assert (training.status, training.trouble) == (TrainingStatus.FAILED, silence.REFUSED)
    assert known.stray_since is not None  # its job may be under way, and is asked about on and on
    async with house.desk.for_nobody(Role.SERVICE) as session:
        assert (await counted(session))[silence.NOT_TOLD] == 1
    house.engine.trouble_with.clear()
    await let_turns_come(house)
    await call_off(house, finished)
    assert (await training_of(house, finished)).status is TrainingStatus.READY


@pytest.mark.parametrize("no", NO, ids=str)
async def test_a_wish_to_call_off_that_the_engine_says_no_to_ends_as_well_and_then_it_can_be_deleted(
    house: House, finished: Order, no: Exception
) -> None:
    house.engine.trouble_with["job1"] = no
    async with house.desk.for_person(finished.owner_id) as work:
        await cancelling.cancel_training(work, finished.training_id)
    with pytest.raises(type(no)):
        await call_off(house, finished)
    await let_turns_come(house)
    await let_an_hour_of_it_pass(house, finished)
    await look(house)
    training = await training_of(house, finished)
    assert (training.status, training.trouble) == (TrainingStatus.CANCELED, silence.UNCONFIRMED)
    async with house.desk.for_person(finished.owner_id) as work:
        await removal.remove(work, finished.training_id)


async def test_to_be_asked_to_wait_is_no_end_of_a_silence(house: House, finished: Order) -> None:
    long_ago = now() - silence.SILENCE
    await change(house, finished, silent_since=long_ago, silent_at=now())
    async with house.desk.for_nobody(Role.SERVICE) as session:
        await stop_turns(session, "ask", timedelta(minutes=30))
    await look(house)
    known = await order_of(house, finished.owner_id, finished.id)
    assert known.silent_since == long_ago
    assert known.silent_at is not None
    assert known.silent_at > now() + timedelta(minutes=25)


@pytest.mark.parametrize("no", [EngineDown("502"), WrongToken("401")], ids=str)
async def test_once_ten_questions_came_to_nothing_the_others_are_not_put_and_it_is_noted_for_all(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch, no: Exception
) -> None:
    few_are_many(monkeypatch)
    orders = await painting(house, ada, 7)
    for order in orders:
        await change(house, order, look_at=now())
        house.engine.trouble_with[order.job_id or ""] = no
    house.engine.list_fails = no
    await look(house)
    assert reconcile.SIDE_BY_SIDE <= len(house.engine.asked) < 2 * reconcile.SIDE_BY_SIDE
    known = [await order_of(house, ada, order.id) for order in orders]
    assert all(order.silent_since is not None for order in known)


async def test_an_engine_that_answers_of_one_is_asked_about_all(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_are_many(monkeypatch)
    orders = await painting(house, ada, 2 * reconcile.SIDE_BY_SIDE)
    for order in orders:
        await change(house, order, look_at=now())
    for order in orders[1:]:
        house.engine.trouble_with[order.job_id or ""] = EngineDown("502")
    asked: dict[UUID, int] = dict.fromkeys((order.id for order in orders[1:]), 1)  # in the round before
    await reconcile.look_at_orders(house.desk, house.engine, asked)  # type: ignore[arg-type] -- a fake
    assert sorted(house.engine.asked) == sorted(order.job_id or "" for order in orders)


async def test_those_that_a_round_which_was_broken_off_had_left_come_first_in_the_next(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "SIDE_BY_SIDE", 1)
    orders = await painting(house, ada, 3)
    for order in orders:
        await change(house, order, look_at=now())
    asked: dict[UUID, int] = {}
    first = asyncio.Event()

    async def hangs(_: object, job_id: str) -> JobReport:
        house.engine.asked.append(job_id)
        first.set()
        await asyncio.Event().wait()
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(house.engine, "look_at", hangs)
        round_ = asyncio.create_task(reconcile.look_at_orders(house.desk, house.engine, asked))  # type: ignore[arg-type] -- a fake
        await first.wait()
        round_.cancel()  # as the worker breaks one off that lasts too long
        await asyncio.gather(round_, return_exceptions=True)
    (hung,) = house.engine.asked
    for order in orders:
        await change(house, order, look_at=now())
    await reconcile.look_at_orders(house.desk, house.engine, asked)  # type: ignore[arg-type] -- a fake
    assert house.engine.asked[-1] == hung


async def test_a_list_without_an_end_is_not_waited_for(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_are_many(monkeypatch)
    orders = await painting(house, ada, reconcile.MANY + 1)
    for order in orders:
        await change(house, order, look_at=now())
    monkeypatch.setattr(reconcile, "LIST_LASTS_S", 0.01)
    monkeypatch.setattr(house.engine, "pages", endless)
    await look(house)
    assert len(house.engine.asked) == len(orders)


def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "SIDE_BY_SIDE", 2)
    monkeypatch.setattr(reconcile, "MANY", 4)


async def endless(*_: object, **__: object) -> AsyncGenerator[Page]:
    await asyncio.Event().wait()
    yield Page([], is_last=True)


async def let_an_hour_of_it_pass(house: House, order: Order) -> None:
    await let_turns_come(house)
    await change(house, order, look_at=now(), silent_since=now() - silence.SILENCE, silent_at=now())


async def let_turns_come(house: House) -> None:
    """As if the engine had told us to wait long enough ago."""
    engine = create_async_engine(house.desk.database.address.admin)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM app.paces"))
    await engine.dispose()
