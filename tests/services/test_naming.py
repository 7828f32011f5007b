"""A training that went well and no longer says what it made: found for certain by its time, else in doubt."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate.errors import Refused
from portrait_app.adapters.replicate.troubles import WORDS
from portrait_app.adapters.replicate.wire import report_of
from portrait_app.domain.cause import Cause
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus, TrainingStatus
from portrait_app.domain.order import Order, OrderKind
from portrait_app.domain.training import Training
from portrait_app.services import doubts, inbox, naming, progress, reconcile, removal, silence, strays
from portrait_app.services.versions import NotYetGone
from tests.builders import change, rewrite
from tests.services.losing import let_time_pass, lost, order_of
from tests.services.straying import call_off, sent
from tests.services.test_reconcile import look

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.report import JobReport
    from tests.builders import House

MADE = "me/faces:made"


@pytest.fixture
async def removed(house: House, ada: UUID) -> Order:
    """A training that ended well a while ago, made a face model, and has lost its word about it."""
    order = await sent(house, ada, OrderKind.TRAINING)
    house.engine.say("job1", lost_its_word(ago=timedelta(minutes=5)))
    house.engine.versions.add(MADE)
    house.engine.pushed_at[MADE] = now() - timedelta(minutes=6)
    await change(house, order, look_at=now())
    return order


def body(job_id: str, ago: timedelta, **more: Any) -> dict[str, Any]:
    """A training of 20 minutes that ended so long ago."""
    times = {"started_at": now() - ago - timedelta(minutes=20), "completed_at": now() - ago}
    return {"id": job_id, "status": "succeeded"} | {name: at.isoformat() for name, at in times.items()} | more


def lost_its_word(ago: timedelta) -> JobReport:
    said = body("job1", ago, output=None, data_removed=True, logs="")
    return report_of(OrderKind.TRAINING, said)


async def training_of(house: House, order: Order) -> Training:
    async with house.desk.for_service(order.owner_id) as work:
        return await work.trainings.get(order.training_id)


def test_it_did_not_fail_to_make_one_and_nobody_is_told_to_pay_again() -> None:
    report = lost_its_word(timedelta())
    assert report.cause is Cause.UNNAMED
    assert report.trouble == WORDS[Cause.UNNAMED]
    assert "start it again" not in (report.trouble or "")
    nothing = report_of(OrderKind.TRAINING, {"id": "job1", "status": "succeeded", "output": None})
    assert nothing.cause is Cause.NO_MODEL


async def test_the_only_face_model_of_its_time_is_its(house: House, removed: Order) -> None:
    await house.ready_model(removed.owner_id)  # an earlier one, at the same place
    await look(house)
    training = await training_of(house, removed)
    assert (training.status, training.version) == (TrainingStatus.READY, MADE)


async def test_news_of_it_end_nothing_before_it_was_looked_for(house: House, removed: Order) -> None:
    report = lost_its_word(timedelta())
    await inbox.take(house.desk, webhook_id="w", order_id=removed.id, report=report)
    assert (await training_of(house, removed)).status is TrainingStatus.LEARNING
    await change(house, removed, look_at=now())
    await look(house)
    assert (await training_of(house, removed)).status is TrainingStatus.READY


async def test_one_whose_reply_was_lost_is_not_ordered_again_once_its_news_have_come(house: House, ada: UUID) -> None:
    """The list no longer says what its job was given; but by its news it is known that there is one."""
    order = await lost(house, ada, OrderKind.TRAINING, is_taken=True)
    report = lost_its_word(timedelta(minutes=5))
    await inbox.take(house.desk, webhook_id="w", order_id=order.id, report=report)
    house.engine.say("job1", report)
    house.engine.unlisted, house.engine.nameless, house.engine.list_is_past = {"job1"}, ("job1",), True
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    known = await order_of(house, ada, order.id)
    assert (known.status, known.job_id, known.look_at is None) == (OrderStatus.RUNNING, "job1", False)
    assert [chore for chore, _, _ in house.queue.take() if chore is Chore.SEND_ORDER] == []


def another(house: House, said: dict[str, Any]) -> None:
    """Have the engine list another training, somebody else's."""
    house.engine.known["job2"] = ("another", report_of(OrderKind.TRAINING, said))
    house.engine.bodies["job2"] = said


@pytest.mark.parametrize("behind", [timedelta(), timedelta(hours=1)], ids=["clocks agree", "the engine's is behind"])
async def test_as_long_as_lists_may_lag_nothing_is_named(house: House, removed: Order, behind: timedelta) -> None:
    house.engine.is_ahead = -behind
    house.engine.say("job1", lost_its_word(behind + naming.SETTLED_AFTER - timedelta(minutes=1)))
    house.engine.pushed_at[MADE] = now() - behind - naming.SETTLED_AFTER
    await look(house)
    training = await training_of(house, removed)
    assert (training.status.is_final, training.version) == (False, None)


@pytest.mark.parametrize("said", ["me/faces:other", "Me/Faces:other", "other"])
async def test_what_another_training_made_in_that_time_is_not_taken_for_it(
    house: House, removed: Order, said: str
) -> None:
    """However that spells where face models go: the list is spelled as the operator wrote it."""
    house.engine.versions.add("me/faces:other")
    house.engine.pushed_at["me/faces:other"] = now() - timedelta(minutes=7)
    another(house, body("job2", timedelta(minutes=7), output={"version": said}))
    await look(house)
    assert (await training_of(house, removed)).version == MADE


@pytest.mark.parametrize(
    "more",
    [{"output": None, "data_removed": True}, {}, {"status": "processing", "completed_at": None}],
    ids=["removed as well", "a list that leaves it out", "running"],
)
async def test_where_another_training_may_have_made_it_nobody_is_given_it(
    house: House, removed: Order, more: dict[str, Any]
) -> None:
    another(house, body("job2", timedelta(minutes=6)) | more)
    await look(house)
    assert (await training_of(house, removed)).version is None


@pytest.mark.parametrize(("row", "version"), [(Training, MADE), (Order, MADE), (Training, "Before/faces:made")])
async def test_what_is_somebodys_by_our_own_rows_is_given_to_nobody_else(
    house: House, removed: Order, row: type[Training | Order], version: str
) -> None:
    """Also where the engine's list shows no other training that can have made it, and whatever its place is called."""
    model, order_id = await house.training_begun(await house.somebody("Bob"))
    await rewrite(house, row, order_id if row is Order else model.id, version=version)
    await look(house)
    assert (await training_of(house, removed)).version is None


async def test_a_training_that_failed_meanwhile_has_made_none(house: House, removed: Order) -> None:
    another(house, body("job2", timedelta(minutes=6), status="failed"))
    await look(house)
    assert (await training_of(house, removed)).version == MADE


@pytest.mark.parametrize("pushed_ago", [timedelta(minutes=26), timedelta(minutes=2), None], ids=str)
async def test_one_of_another_time_is_not_its(house: House, removed: Order, pushed_ago: timedelta | None) -> None:
    house.engine.pushed_at.clear()
    if pushed_ago is not None:
        house.engine.pushed_at[MADE] = now() - pushed_ago
    await look(house)
    training = await training_of(house, removed)
    assert (training.status.is_final, training.version) == (False, None)  # the list may show its own later
    report = lost_its_word(ago=timedelta(minutes=5))
    assert await naming.of_its_time(house.desk, house.engine, report) is None  # type: ignore[arg-type] -- a fake


async def test_what_can_not_be_told_ends_in_words_and_in_doubt_and_no_deletion_is_confirmed(
    house: House, removed: Order
) -> None:
    house.engine.versions.add("me/faces:other")
    house.engine.pushed_at["me/faces:other"] = now() - timedelta(minutes=7)
    ago = naming.LISTED_WITHIN + timedelta(minutes=1)
    house.engine.say("job1", lost_its_word(ago))
    house.engine.pushed_at = dict.fromkeys(house.engine.versions, now() - ago)
    await look(house)
    training, order = await training_of(house, removed), await order_of(house, removed.owner_id, removed.id)
    assert (training.status, training.trouble) == (TrainingStatus.IN_DOUBT, WORDS[Cause.UNNAMED])
    assert "job job1 made a face model" in (order.doubt or "")
    async with house.desk.for_person(removed.owner_id) as work:
        await removal.remove(work, removed.training_id)
    with pytest.raises(NotYetGone, match="in doubt"):
        await carry_out(house, removed)
    assert (await training_of(house, removed)).phase == removal.UNNAMED  # not that all we know of is deleted
    await doubts.settle_as_nothing(house.desk, removed.id)  # the operator has deleted it there
    await carry_out(house, removed)
    assert (await training_of(house, removed)).removed_at is not None


async def test_that_of_a_job_that_was_given_up_is_found_as_well(house: House, removed: Order) -> None:
    async with house.desk.for_service(removed.owner_id) as work:
        await progress.end(
            work, removed.id, OrderStatus.FAILED, trouble=reconcile.VANISHED, detail="404", may_go_on=True
        )
    house.engine.pushed_at.clear()
    with pytest.raises(NotYetGone, match="doesn't say which"):
        await call_off(house, removed)
    house.engine.pushed_at[MADE] = now() - timedelta(minutes=6)
    await call_off(house, removed)
    assert (await training_of(house, removed)).version == MADE


async def test_an_engine_that_won_t_list_its_face_models_is_waited_for_no_longer_than_a_silent_one(
    house: House, removed: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused() -> None:
        raise Refused("403")

    monkeypatch.setattr(house.engine, "pushed", refused)
    await look(house)
    assert not (await training_of(house, removed)).status.is_final
    since = now() - strays.DEADLINE[OrderKind.TRAINING] - silence.SILENCE
    await change(house, removed, look_at=now(), sent_at=since, silent_since=since)
    await look(house)
    assert (await training_of(house, removed)).trouble == silence.REFUSED


async def test_one_that_is_never_named_is_the_operators_to_find(house: House, removed: Order) -> None:
    async with house.desk.for_service(removed.owner_id) as work:
        await progress.end(
            work, removed.id, OrderStatus.FAILED, trouble=reconcile.VANISHED, detail="404", may_go_on=True
        )
    house.engine.pushed_at.clear()
    await change(house, removed, stray_since=now() - strays.SEEN_OFF_FOR)
    await call_off(house, removed)
    assert "or a face model that it made" in ((await order_of(house, removed.owner_id, removed.id)).doubt or "")


async def carry_out(house: House, order: Order) -> None:
    await removal.carry_out(house.desk, house.engine, order.owner_id, order.training_id)  # type: ignore[arg-type] -- a fake
