"""A deletion is confirmed only when nothing can be left: not of a job that was given up, nor of one in doubt."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate.errors import JobVanished
from portrait_app.database.address import Role
from portrait_app.database.orders import counted
from portrait_app.domain.cause import Cause
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import Order
from portrait_app.domain.report import JobReport
from portrait_app.domain.training import LINE_STAYS
from portrait_app.services import cancelling, inbox, progress, removal, strays
from portrait_app.services.removal import NotYetGone
from tests.builders import rewrite
from tests.services.removing import VERSION, carry_out, remove, row_of, set_back

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.training import Training
    from tests.builders import House

DONE = JobReport("job1", OrderStatus.DONE, version=VERSION)


async def stopped(house: House, owner_id: UUID, status: OrderStatus) -> tuple[Training, UUID]:
    """Start a training, end its order by our own word, and delete the face model. Return it and the order."""
    training, order_id = await house.training_begun(owner_id)
    await house.sender.send(owner_id, order_id)
    async with house.desk.for_service(owner_id) as work:
        await progress.end(work, order_id, status, trouble="It failed.", detail="ended by us")
    await remove(house, training)
    return training, order_id


async def is_confirmed(house: House, model: Training) -> bool:
    row = await row_of(house, model)
    assert row is not None
    return row.removed_at is not None


async def test_a_version_that_was_heard_of_late_is_deleted_though_its_job_is_forgotten(house: House, ada: UUID) -> None:
    draft, order_id = await stopped(house, ada, OrderStatus.FAILED)
    house.engine.versions.add(VERSION)
    await inbox.take(house.desk, webhook_id="late", order_id=order_id, report=DONE)
    house.engine.trouble_with["job1"] = JobVanished("404")
    await carry_out(house, draft)
    assert house.engine.versions == set()
    assert await is_confirmed(house, draft)


async def test_an_order_in_doubt_is_never_confirmed_and_both_are_told(house: House, ada: UUID) -> None:
    draft, order_id = await stopped(house, ada, OrderStatus.IN_DOUBT)
    async with house.desk.for_service(ada) as work:
        (await work.orders.get(order_id, lock=True)).job_id = None  # its reply was lost
    await is_in_doubt(house, draft, removal.UNSURE)
    assert not await is_confirmed(house, draft)
    await set_back(house, draft, asked=timedelta(minutes=61))
    async with house.desk.for_nobody(Role.SERVICE) as session:
        told = await counted(session)
    assert (told["face models whose deletion is not confirmed"], told["orders in doubt"]) == (1, 1)


async def test_the_doubt_ends_when_the_job_turns_up(house: House, ada: UUID) -> None:
    draft, order_id = await stopped(house, ada, OrderStatus.IN_DOUBT)
    async with house.desk.for_service(ada) as work:
        (await work.orders.get(order_id, lock=True)).job_id = None
    with pytest.raises(NotYetGone, match="in doubt"):
        await carry_out(house, draft)
    house.engine.versions.add(VERSION)
    house.engine.say("job1", DONE)
    await inbox.take(house.desk, webhook_id="late", order_id=order_id, report=DONE)
    house.engine.deletes_slowly = True
    with pytest.raises(NotYetGone, match="not done yet"):
        await carry_out(house, draft)
    row = await row_of(house, draft)
    assert row is not None
    assert row.phase != removal.UNSURE  # what is known of by now is there
    house.engine.deletes_slowly = False
    await carry_out(house, draft)
    assert house.engine.versions == set()
    assert await is_confirmed(house, draft)


async def test_a_doubt_about_what_a_job_made_ends_once_that_is_gone(house: House, ada: UUID) -> None:
    """And with it, in time, the line that says so."""
    draft, order_id = await stopped(house, ada, OrderStatus.FAILED)
    house.engine.versions.add(VERSION)
    await rewrite(house, Order, order_id, version=VERSION, doubt="it was seen off in vain")
    await carry_out(house, draft)
    assert house.engine.versions == set()
    await set_back(house, draft, asked=LINE_STAYS, removed=LINE_STAYS * 2)
    await carry_out(house, draft)
    assert await row_of(house, draft) is None


async def test_what_a_job_made_that_nobody_knows_any_more_is_not_said_to_be_there(house: House, ada: UUID) -> None:
    """It may have made none. But once the job is known again, and made one, that is there."""
    draft, order_id = await stopped(house, ada, OrderStatus.FAILED)
    long_ago = now() - strays.SEEN_OFF_FOR
    vanished: dict[str, Any] = {"doubt": "it was seen off in vain", "stray_since": None, "unknown_since": long_ago}
    await rewrite(house, Order, order_id, sent_at=long_ago, **vanished)
    house.engine.trouble_with["job1"] = JobVanished("404")
    await is_in_doubt(house, draft, removal.UNSURE)
    house.engine.trouble_with.clear()
    house.engine.say("job1", JobReport("job1", OrderStatus.FAILED, cause=Cause.UNNAMED, trouble="x"))
    await is_in_doubt(house, draft, removal.UNNAMED)


async def is_in_doubt(house: House, model: Training, phase: str) -> None:
    with pytest.raises(NotYetGone, match="in doubt"):
        await carry_out(house, model)
    row = await row_of(house, model)
    assert row is not None
    assert row.phase == phase


async def test_what_turned_up_after_the_deletion_is_said_to_be_there_until_that_is_gone_too(
    house: House, ada: UUID
) -> None:
    draft, order_id = await stopped(house, ada, OrderStatus.FAILED)
    await turns_up_after_the_deletion(house, draft, order_id, DONE)
    house.engine.versions.add(VERSION)
    house.engine.deletes_slowly = True
    with pytest.raises(NotYetGone):
        await cancelling.call_off(house.desk, house.engine, ada, order_id)  # type: ignore[arg-type] -- a fake
    assert not await is_confirmed(house, draft)
    house.engine.deletes_slowly = False
    await carry_out(house, draft)
    assert house.engine.versions == set()
    assert await is_confirmed(house, draft)


async def test_what_turned_up_after_the_deletion_and_was_seen_off_in_vain_is_asked_for_on(
    house: House, ada: UUID
) -> None:
    """Else nobody would ask for it any more, while its line says that it is deleted."""
    draft, order_id = await stopped(house, ada, OrderStatus.FAILED)
    await turns_up_after_the_deletion(house, draft, order_id, JobReport("job1", OrderStatus.RUNNING))
    await rewrite(house, Order, order_id, stray_since=now() - strays.SEEN_OFF_FOR)
    house.engine.ignores_cancel = True
    await cancelling.call_off(house.desk, house.engine, ada, order_id)  # type: ignore[arg-type] -- a fake
    assert not await is_confirmed(house, draft)
    house.engine.say("job1", DONE)
    house.engine.versions.add(VERSION)
    await carry_out(house, draft)
    assert house.engine.versions == set()
    assert await is_confirmed(house, draft)


async def turns_up_after_the_deletion(house: House, draft: Training, order_id: UUID, report: JobReport) -> None:
    house.engine.say("job1", JobReport("job1", OrderStatus.FAILED))
    await carry_out(house, draft)
    assert await is_confirmed(house, draft)
    house.engine.say("job1", report)
    await inbox.take(house.desk, webhook_id="late", order_id=order_id, report=report)
