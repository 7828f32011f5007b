"""The engine makes two jobs of one call: the first is kept, the other is called off until it has ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate.errors import EngineDown
from portrait_app.database.address import Role
from portrait_app.database.orders import counted
from portrait_app.domain.cause import Cause
from portrait_app.domain.chores import Chore
from portrait_app.domain.lifecycle import GenerationStatus, OrderStatus, TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.services import cancelling, doubles, inbox, progress, reconcile
from portrait_app.services.versions import NotYetGone
from tests.services.losing import let_time_pass, lost, order_of
from tests.services.straying import call_off, sent

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.adapters.replicate.listing import Trace
    from portrait_app.domain.order import Order
    from tests.builders import House

KINDS = pytest.mark.parametrize("kind", OrderKind)
STARTING = JobReport("second", OrderStatus.STARTING)
RUNNING = JobReport("second", OrderStatus.RUNNING)


async def made_twice(house: House, order: Order, report: JobReport = STARTING) -> Order:
    """Have the engine bring news of a second job of this order's call; return the row that stands for it."""
    house.queue.take()
    house.engine.known["second"] = (order.fingerprint or "", report)
    await inbox.take(house.desk, webhook_id=f"second {report.status}", order_id=order.id, report=report)
    ((chore, owner_id, row_id),) = set(house.queue.take())
    assert chore is Chore.CALL_OFF
    return await order_of(house, owner_id, row_id)


async def counts(house: House) -> dict[str, int]:
    async with house.desk.for_nobody(Role.SERVICE) as session:
        return await counted(session)


@KINDS
async def test_the_second_is_called_off_and_the_first_goes_on(house: House, ada: UUID, kind: OrderKind) -> None:
    order = await sent(house, ada, kind)
    double = await made_twice(house, order)
    assert (double.account, double.sent_at) == (order.account, order.sent_at)  # whether it may be back goes by these
    await call_off(house, double)
    assert house.engine.canceled == ["second"]
    assert house.engine.known["job1"][1].status is OrderStatus.STARTING
    assert (await order_of(house, ada, double.id)).stray_since is None
    assert (await order_of(house, ada, order.id)).status is OrderStatus.STARTING
    assert (await counts(house))[progress.STRANGERS] == 1
    assert doubles.PAID not in await counts(house)


async def test_so_is_the_one_that_our_own_call_is_told_of_when_a_webhook_of_the_other_was_faster(
    house: House, ada: UUID
) -> None:
    order = await sent(house, ada, OrderKind.PREDICTION)
    async with house.desk.for_service(ada) as work:
        await progress.hear(work, order.id, STARTING, is_of_its_call=True)
    ((chore, _, double_id),) = house.queue.take()
    assert (chore, (await order_of(house, ada, double_id)).job_id) == (Chore.CALL_OFF, "second")
    async with house.desk.for_service(ada) as work:  # an answer about the first that names another proves nothing
        await progress.hear(work, order.id, JobReport("somebody-elses", OrderStatus.RUNNING))
    assert house.queue.take() == []


async def test_it_is_called_off_until_the_engine_confirms_it_and_the_chore_is_remembered(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "FORGOTTEN_AFTER", timedelta())
    order = await sent(house, ada, OrderKind.PREDICTION)
    double = await made_twice(house, order, RUNNING)
    house.engine.trouble_with["second"] = EngineDown("502")
    with pytest.raises(NotYetGone):
        await call_off(house, double)
    house.engine.trouble_with.clear()
    house.engine.ignores_cancel = True
    with pytest.raises(NotYetGone):
        await call_off(house, double)
    await reconcile.remember_chores(house.desk)
    assert (Chore.CALL_OFF, ada, double.id) in house.queue.take()
    house.engine.ignores_cancel = False
    await call_off(house, double)
    await reconcile.remember_chores(house.desk)
    assert house.queue.take() == []


async def test_news_of_it_make_no_second_row_and_change_nothing_of_the_first(house: House, ada: UUID) -> None:
    order = await sent(house, ada, OrderKind.PREDICTION)
    double = await made_twice(house, order)
    failed = JobReport("second", OrderStatus.FAILED, trouble="x")
    for webhook_id, report in (("a", RUNNING), ("b", failed), ("c", failed)):
        await inbox.take(house.desk, webhook_id=webhook_id, order_id=order.id, report=report)
    assert house.queue.take() == []
    assert (await order_of(house, ada, double.id)).status is OrderStatus.CANCELED
    assert (await counts(house))[progress.STRANGERS] == 1
    another = await sent(house, ada, OrderKind.PREDICTION)  # to which it is a stranger
    await inbox.take(house.desk, webhook_id="elsewhere", order_id=another.id, report=RUNNING)
    assert (house.queue.take(), (await counts(house))[progress.STRANGERS]) == ([], 2)
    done = JobReport("job1", OrderStatus.DONE, outputs=("u0", "u1"))
    await inbox.take(house.desk, webhook_id="d", order_id=order.id, report=done)
    assert order.generation_id is not None
    async with house.desk.for_person(ada) as work:
        assert (await work.generations.get(order.generation_id)).status is GenerationStatus.PAINTING
        assert (await work.orders.last_of(order.generation_id) or double).id == order.id


async def test_the_face_model_that_it_made_is_deleted_and_the_operator_is_shown_what_may_have_cost(
    house: House, ada: UUID
) -> None:
    order = await sent(house, ada, OrderKind.TRAINING)
    house.engine.versions = {"me/faces:kept", "me/faces:second"}
    kept = JobReport("job1", OrderStatus.DONE, version="me/faces:kept")
    await inbox.take(house.desk, webhook_id="kept", order_id=order.id, report=kept)
    double = await made_twice(house, order, JobReport("second", OrderStatus.DONE, version="me/faces:second"))
    await call_off(house, double)
    assert (house.engine.versions, house.engine.canceled) == ({"me/faces:kept"}, [])
    assert (await order_of(house, ada, double.id)).stray_since is None
    assert (await counts(house))[doubles.PAID] == 1
    async with house.desk.for_person(ada) as work:
        training = await work.trainings.get(order.training_id)
    assert (training.status, training.version) == (TrainingStatus.READY, "me/faces:kept")


async def test_a_face_model_that_both_name_is_kept(house: House, ada: UUID) -> None:
    order = await sent(house, ada, OrderKind.TRAINING)
    house.engine.versions = {"me/faces:kept"}
    kept = JobReport("job1", OrderStatus.DONE, version="me/faces:kept")
    await inbox.take(house.desk, webhook_id="kept", order_id=order.id, report=kept)
    double = await made_twice(house, order, JobReport("second", OrderStatus.DONE, version="me/faces:kept"))
    await call_off(house, double)
    assert house.engine.versions == {"me/faces:kept"}
    assert (await order_of(house, ada, double.id)).stray_since is None


@pytest.mark.parametrize(
    ("ended", "times"),
    [
        (JobReport("second", OrderStatus.FAILED, trouble="x"), 1),
        (JobReport("second", OrderStatus.FAILED, trouble="x", is_free=True), 0),
        (JobReport("second", OrderStatus.DONE, outputs=("u0",)), 1),
    ],
    ids=["failed at a cost", "failed for free", "made portraits"],
)
async def test_one_that_had_ended_is_counted_when_it_may_have_cost(
    house: House, ada: UUID, ended: JobReport, times: int
) -> None:
    order = await sent(house, ada, OrderKind.PREDICTION)
    await made_twice(house, order, ended)
    await inbox.take(house.desk, webhook_id="again", order_id=order.id, report=ended)
    assert (await counts(house)).get(doubles.PAID, 0) == times
    assert house.engine.canceled == []


@KINDS
async def test_a_list_that_shows_two_jobs_of_a_lost_call_has_one_kept_and_the_other_called_off(
    house: House, ada: UUID, kind: OrderKind
) -> None:
    order = await lost(house, ada, kind, is_taken=True)
    house.engine.known["second"] = (order.fingerprint or "", STARTING)
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).job_id == "job1"
    (double_id,) = [row for chore, _, row in house.queue.take() if chore is Chore.CALL_OFF]
    await cancelling.call_off(house.desk, house.engine, ada, double_id)  # type: ignore[arg-type] -- a fake
    assert house.engine.canceled == ["second"]


async def test_one_that_the_list_shows_while_the_news_of_another_come_is_called_off(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list bears our fingerprint: that it is this order's is as certain of the first job there as of the others."""
    order = await lost(house, ada, is_taken=True)
    find = house.engine.find

    async def found(*where: Any, **how: Any) -> Trace:
        trace = await find(*where, **how)
        house.engine.known["second"] = ("", STARTING)
        await inbox.take(house.desk, webhook_id="w", order_id=order.id, report=STARTING)
        return trace

    monkeypatch.setattr(house.engine, "find", found)
    await house.sender.send(ada, order.id)
    assert (await order_of(house, ada, order.id)).job_id == "second"
    (double_id,) = [row for chore, _, row in house.queue.take() if chore is Chore.CALL_OFF]
    assert (await order_of(house, ada, double_id)).job_id == "job1"


@KINDS
async def test_so_is_the_second_where_a_list_shows_two_only_after_the_order_has_ended_in_doubt(
    house: House, ada: UUID, kind: OrderKind
) -> None:
    order = await lost(house, ada, kind, is_taken=True)
    house.engine.unlisted.add("job1")
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    house.queue.take()
    house.engine.unlisted.clear()
    house.engine.known["second"] = (order.fingerprint or "", STARTING)
    await call_off(house, await order_of(house, ada, order.id))
    assert (await order_of(house, ada, order.id)).status is OrderStatus.STARTING
    (double_id,) = [row for chore, _, row in house.queue.take() if chore is Chore.CALL_OFF]
    await call_off(house, await order_of(house, ada, double_id))
    assert house.engine.canceled == ["second"]


async def test_the_face_model_that_it_made_is_deleted_though_its_job_no_longer_says_which(
    house: House, ada: UUID
) -> None:
    """Its deletion was not confirmed before the engine removed what the job had said."""
    order = await sent(house, ada, OrderKind.TRAINING)
    house.engine.versions, house.engine.deletes_slowly = {"me/faces:second"}, True
    double = await made_twice(house, order, JobReport("second", OrderStatus.DONE, version="me/faces:second"))
    kept = JobReport("job1", OrderStatus.DONE, version="me/faces:kept")
    await inbox.take(house.desk, webhook_id="kept", order_id=order.id, report=kept)
    with pytest.raises(NotYetGone):
        await call_off(house, double)
    house.engine.say("second", JobReport("second", OrderStatus.FAILED, cause=Cause.UNNAMED, trouble="x"))
    house.engine.deletes_slowly = False
    await call_off(house, double)
    assert house.engine.versions == set()
    assert (await order_of(house, ada, double.id)).stray_since is None


async def test_a_face_model_that_the_one_that_is_kept_may_name_as_well_is_not_deleted_before_it_has_ended(
    house: House, ada: UUID
) -> None:
    order = await sent(house, ada, OrderKind.TRAINING)
    house.engine.versions = {"me/faces:kept"}
    double = await made_twice(house, order, JobReport("second", OrderStatus.DONE, version="me/faces:kept"))
    with pytest.raises(NotYetGone):
        await call_off(house, double)
    kept = JobReport("job1", OrderStatus.DONE, version="me/faces:kept")
    await inbox.take(house.desk, webhook_id="kept", order_id=order.id, report=kept)
    await call_off(house, double)
    assert house.engine.versions == {"me/faces:kept"}
