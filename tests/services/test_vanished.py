"""A job that the engine says it doesn't know: when that is believed, and what may still come of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import JobVanished, Refused
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus, TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import cancelling, progress, reconcile, silence, strays, tidying, vanished
from portrait_app.services.versions import NotYetGone
from tests.builders import change
from tests.services.losing import order_of
from tests.services.straying import RUNNING, call_off, sent
from tests.services.test_reconcile import look

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.order import Order
    from portrait_app.domain.training import Training
    from tests.builders import House

DONE = JobReport("job1", OrderStatus.DONE, version="me/faces:abc")


@pytest.fixture
async def running(house: House, ada: UUID) -> Order:
    """A training that runs, paid for, and that the engine doesn't know from now on."""
    order = await sent(house, ada, OrderKind.TRAINING)
    house.engine.say("job1", RUNNING)
    await change(house, order, look_at=now(), sent_at=now() - timedelta(minutes=20))
    await look(house)
    house.engine.trouble_with["job1"] = JobVanished("job1")
    return order


async def training_of(house: House, order: Order) -> Training:
    async with house.desk.for_service(order.owner_id) as work:
        return await work.trainings.get(order.training_id)


async def ask_again(house: House, order: Order, *, unknown_for: timedelta) -> Order:
    await change(house, order, look_at=now(), unknown_since=now() - unknown_for)
    await look(house)
    return await order_of(house, order.owner_id, order.id)


async def test_that_it_is_not_known_for_a_moment_ends_nothing(house: House, running: Order) -> None:
    await change(house, running, look_at=now())
    await look(house)
    known = await ask_again(house, running, unknown_for=vanished.BELIEVED_AFTER - timedelta(minutes=1))
    assert (known.status, known.file_id in house.engine.files) == (OrderStatus.RUNNING, True)
    house.engine.trouble_with.clear()
    await change(house, running, look_at=now())
    await look(house)
    assert (await order_of(house, running.owner_id, running.id)).unknown_since is None
    house.engine.say("job1", DONE)
    await change(house, running, look_at=now())
    await look(house)
    assert (await training_of(house, running)).status is TrainingStatus.READY


async def test_one_that_is_not_known_for_minutes_ends_in_words_and_is_looked_for_on_and_on(
    house: House, running: Order
) -> None:
    known = await ask_again(house, running, unknown_for=vanished.BELIEVED_AFTER)
    training = await training_of(house, running)
    assert (training.status, training.trouble) == (TrainingStatus.FAILED, reconcile.VANISHED)
    assert known.stray_since is not None
    with pytest.raises(NotYetGone, match="just now"):
        await call_off(house, running)


async def test_one_that_comes_back_brings_what_was_paid_for(house: House, running: Order) -> None:
    await ask_again(house, running, unknown_for=vanished.BELIEVED_AFTER)
    house.engine.trouble_with.clear()
    with pytest.raises(NotYetGone, match="may still bring"):  # it runs on, and is left to
        await call_off(house, running)
    with pytest.raises(NotYetGone, match="reads them"):  # so its photos stay where it reads them
        await tidy(house, running)
    house.engine.say("job1", DONE)
    await call_off(house, running)
    training = await training_of(house, running)
    assert (training.status, training.version, house.engine.canceled) == (TrainingStatus.READY, DONE.version, [])
    await tidy(house, running)
    assert house.engine.files == {}


async def test_its_photos_go_once_it_can_not_be_of_use_any_more(house: House, running: Order) -> None:
    await ask_again(house, running, unknown_for=vanished.BELIEVED_AFTER)
    await change(house, running, sent_at=now() - strays.DEADLINE[OrderKind.TRAINING])
    await tidy(house, running)
    assert house.engine.files == {}
    known = await order_of(house, running.owner_id, running.id)
    assert (known.file_id, known.uploading_since) == (None, None)


async def test_to_another_account_no_job_is_known_and_that_says_nothing(house: House, running: Order) -> None:
    house.engine.name = "somebody-else"
    known = await ask_again(house, running, unknown_for=timedelta(hours=1))
    assert known.status is OrderStatus.RUNNING
    deadline = strays.DEADLINE[OrderKind.TRAINING] + silence.SILENCE
    await change(house, running, sent_at=now() - deadline, silent_since=now() - deadline)
    known = await ask_again(house, running, unknown_for=deadline)
    assert (await training_of(house, running)).trouble == silence.REFUSED
    assert known.stray_since is not None
    await change(house, running, sent_at=now() - strays.BACK_WITHIN[OrderKind.TRAINING])
    with pytest.raises(NotYetGone):
        await call_off(house, running)
    await change(house, running, stray_since=now() - strays.SEEN_OFF_FOR)
    await call_off(house, running)
    assert "job job1 may be at the engine" in ((await order_of(house, running.owner_id, running.id)).doubt or "")


async def test_photos_are_not_said_to_be_deleted_by_another_account(house: House, running: Order) -> None:
    await change(house, running, status=OrderStatus.FAILED, ended_at=now())
    house.engine.name = "somebody-else"
    with pytest.raises(NotYetGone, match="the account me"):
        await tidy(house, running)
    await change(house, running, ended_at=now() - tidying.ENGINE_KEEPS)  # by now the engine has deleted them itself
    await tidy(house, running)
    assert (await order_of(house, running.owner_id, running.id)).file_id is None


async def test_one_that_was_called_off_meanwhile_is_told_to_stop_when_it_is_back(house: House, running: Order) -> None:
    async with house.desk.for_person(running.owner_id) as work:
        await cancelling.cancel_training(work, running.training_id)
    with pytest.raises(JobVanished):
        await call_off(house, running)
    await change(house, running, unknown_since=now() - vanished.BELIEVED_AFTER)
    await call_off(house, running)
    assert (await training_of(house, running)).status is TrainingStatus.CANCELED
    assert (Chore.CALL_OFF, running.owner_id, running.id) in house.queue.take()
    house.engine.trouble_with.clear()
    house.engine.canceled.clear()
    await call_off(house, running)
    assert house.engine.canceled == ["job1"]


async def tidy(house: House, order: Order) -> None:
    await tidying.tidy(house.desk, house.engine, order.owner_id, order.id)  # type: ignore[arg-type] -- a fake


async def test_where_nobody_can_say_whose_account_it_is_it_ends_all_the_same(house: House, running: Order) -> None:
    """A token that may not read its account: the job isn't known, and that can't be believed, for ever."""

    async def refused() -> str:
        raise Refused("403")

    house.engine.account = refused  # type: ignore[method-assign] -- a token with fewer rights
    long_ago = now() - strays.DEADLINE[OrderKind.TRAINING] - silence.SILENCE
    await ask_again(house, running, unknown_for=timedelta(hours=1))
    await change(house, running, sent_at=long_ago, silent_since=long_ago, silent_at=now())
    known = await ask_again(house, running, unknown_for=timedelta(hours=3))
    training = await training_of(house, running)
    assert (known.status, training.trouble) == (OrderStatus.FAILED, silence.REFUSED)


async def test_of_one_that_was_called_off_it_is_said(house: House, running: Order) -> None:
    async with house.desk.for_person(running.owner_id) as work:
        await cancelling.cancel_training(work, running.training_id)
    known = await ask_again(house, running, unknown_for=vanished.BELIEVED_AFTER)
    training = await training_of(house, running)
    assert (known.status, training.status) == (OrderStatus.CANCELED, TrainingStatus.CANCELED)
    assert training.trouble == progress.CALLED_OFF
    assert known.stray_since is not None
