"""What can't be settled with the engine is listed for whoever runs the studio, and settled by their word."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import pytest

from portrait_app.adapters.replicate.errors import JobVanished
from portrait_app.database.address import Role
from portrait_app.database.orders import counted
from portrait_app.doctor.doubts import listed, settled
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus, TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import doubts, inbox, removal
from portrait_app.services.doubts import NoDoubt, NotItsJob
from portrait_app.services.versions import NotYetGone
from tests.builders import change
from tests.services.losing import let_time_pass, lost, order_of, recorded
from tests.services.straying import call_off, sent

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.order import Order
    from portrait_app.wiring import Workshop
    from tests.builders import House


@pytest.fixture
def workshop(house: House) -> Workshop:
    return cast("Workshop", SimpleNamespace(desk=house.desk, gateway=house.engine))


@pytest.fixture
async def doubtful(house: House, ada: UUID) -> Order:
    """A training that the engine took; its reply was lost, and the list can't be read to its end."""
    order = await lost(house, ada, OrderKind.TRAINING, is_taken=True)
    house.engine.unlisted.add("job1")
    house.engine.list_is_whole = False
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    house.queue.take()
    return await order_of(house, ada, order.id)


async def in_doubt(house: House) -> int:
    async with house.desk.for_nobody(Role.SERVICE) as session:
        return (await counted(session))["orders in doubt"]


async def test_each_is_listed_with_what_to_look_for_and_what_to_do(
    house: House, workshop: Workshop, doubtful: Order
) -> None:
    said, code = await listed(workshop)
    assert code == 1
    assert said.startswith(f"{doubtful.id}  training of ")
    assert str(doubtful.fingerprint) in said
    assert "as sent JOB" in said
    await settled(workshop, doubtful.id, None)
    assert await listed(workshop) == ("Nothing is in doubt.", 0)


async def test_one_that_became_a_job_is_taken_in_after_all(house: House, workshop: Workshop, doubtful: Order) -> None:
    house.engine.say("job1", JobReport("job1", OrderStatus.DONE, version="me/faces:abc"))
    assert "job1 has brought what was asked for" in await settled(workshop, doubtful.id, "job1")
    async with house.desk.for_service(doubtful.owner_id) as work:
        training = await work.trainings.get(doubtful.training_id)
    assert (training.status, training.version) == (TrainingStatus.READY, "me/faces:abc")
    assert await in_doubt(house) == 0


async def test_one_whose_job_goes_on_is_seen_to_its_end(house: House, workshop: Workshop, doubtful: Order) -> None:
    house.engine.say("job1", JobReport("job1", OrderStatus.RUNNING))
    assert "sees job job1 to its end" in await settled(workshop, doubtful.id, "job1")
    assert (await order_of(house, doubtful.owner_id, doubtful.id)).status is OrderStatus.RUNNING
    assert (await in_doubt(house), house.engine.canceled, house.queue.take()) == (0, [], [])


async def test_the_job_of_another_order_or_of_nobody_is_refused(
    house: House, workshop: Workshop, doubtful: Order
) -> None:
    other = await recorded(house, doubtful.owner_id)
    await house.sender.send(doubtful.owner_id, other.id)
    with pytest.raises(NotItsJob, match="job job2 is that of order"):
        await settled(workshop, doubtful.id, "job2")
    house.engine.trouble_with["nowhere"] = JobVanished("404")
    with pytest.raises(NotItsJob) as refused:
        await settled(workshop, doubtful.id, "nowhere")
    assert "The engine knows no training nowhere" in refused.value.hint
    assert await in_doubt(house) == 1


async def test_what_is_not_in_doubt_is_not_settled(house: House, workshop: Workshop, ada: UUID) -> None:
    order = await recorded(house, ada)
    for nobodys in (order.id, uuid4()):
        with pytest.raises(NoDoubt):
            await settled(workshop, nobodys, None)
        with pytest.raises(NoDoubt):
            await settled(workshop, nobodys, "job1")
    assert (await order_of(house, ada, order.id)).status is OrderStatus.RECORDED


async def test_a_deletion_is_confirmed_once_its_doubt_is_settled(
    house: House, workshop: Workshop, doubtful: Order
) -> None:
    async with house.desk.for_person(doubtful.owner_id) as work:
        await removal.remove(work, doubtful.training_id)
    chore = house.desk, house.engine, doubtful.owner_id, doubtful.training_id
    with pytest.raises(removal.NotYetGone, match="in doubt"):
        await removal.carry_out(*chore)  # type: ignore[arg-type] -- a fake
    await settled(workshop, doubtful.id, None)
    await removal.carry_out(*chore)  # type: ignore[arg-type] -- a fake
    async with house.desk.for_service(doubtful.owner_id) as work:
        assert (await work.trainings.get(doubtful.training_id)).removed_at is not None


async def test_a_job_that_goes_on_after_all_is_called_off_again_once_its_doubt_is_settled(
    house: House, ada: UUID
) -> None:
    order = await sent(house, ada, OrderKind.PREDICTION)
    second = JobReport("second", OrderStatus.RUNNING)
    house.engine.known["second"] = ("", second)
    await inbox.take(house.desk, webhook_id="w", order_id=order.id, report=second)
    ((_, _, double_id),) = house.queue.take()
    double = await order_of(house, ada, double_id)
    await change(house, double, stray_since=None, doubt="for three days it could not be told to stop")
    await doubts.settle_as_sent(house.desk, house.engine, double_id, "second")  # type: ignore[arg-type] -- a fake
    await call_off(house, double)
    assert house.engine.canceled == ["second"]
    assert (await order_of(house, ada, double_id)).doubt is None


async def _whose_job_is_named_for_another(house: House, ada: UUID) -> Order:
    """Have two orders in doubt, and the job of the first, which no list shows, named for the other by the operator."""
    orders = [await lost(house, ada, is_taken=is_taken) for is_taken in (True, False)]
    house.engine.unlisted.add("job1")
    for order in orders:
        await let_time_pass(house, order)
        await house.sender.send(ada, order.id)
    first, other = orders
    house.engine.say("job1", JobReport("job1", OrderStatus.RUNNING))
    await doubts.settle_as_sent(house.desk, house.engine, other.id, "job1")  # type: ignore[arg-type] -- a fake
    return first


async def test_a_job_that_was_named_for_another_order_is_not_called_off(house: House, ada: UUID) -> None:
    first = await _whose_job_is_named_for_another(house, ada)
    house.engine.unlisted.clear()  # a list shows whose it is
    await call_off(house, first)
    assert house.engine.canceled == []
    known = await order_of(house, ada, first.id)
    assert (known.status, known.stray_since, known.doubt is None) == (OrderStatus.IN_DOUBT, None, False)


@pytest.mark.parametrize("status", [OrderStatus.RUNNING, OrderStatus.CANCELED])
async def test_but_a_second_job_beside_it_is_called_off(house: House, ada: UUID, status: OrderStatus) -> None:
    first = await _whose_job_is_named_for_another(house, ada)
    await change(house, first, cancel_asked_at=now())  # nobody waits for it any more
    house.engine.say("job1", JobReport("job1", status))
    house.engine.unlisted.clear()
    house.engine.known["second"] = (first.fingerprint or "", JobReport("second", OrderStatus.RUNNING))
    with pytest.raises(NotYetGone):
        await call_off(house, first)
    await call_off(house, first)
    assert house.engine.canceled == ["second"]
