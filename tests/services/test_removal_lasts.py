"""A deletion lasts until the engine has confirmed it, whatever it says before; then for some days it is said."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate.errors import EngineDown, Refused
from portrait_app.database.address import Role
from portrait_app.database.orders import counted
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import Order, OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.domain.training import LINE_STAYS, Training
from portrait_app.jobs.patience import wait_for
from portrait_app.services import reconcile, removal
from portrait_app.services.removal import NotYetGone
from tests.builders import change
from tests.portraits import portraits_of
from tests.services.removing import VERSION, carry_out, remove, row_of, set_back

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from tests.builders import House


async def test_accepted_is_not_yet_gone(house: House, model: Training) -> None:
    house.engine.deletes_slowly = True
    await remove(house, model)
    for _ in range(2):
        with pytest.raises(NotYetGone, match="not done yet"):
            await carry_out(house, model)
    row = await row_of(house, model)
    assert row is not None
    assert (row.removed_at, row.version) == (None, VERSION)
    house.engine.versions.clear()
    await carry_out(house, model)
    row = await row_of(house, model)
    assert row is not None
    assert row.removed_at is not None


async def test_a_refusal_is_counted_and_asked_again_until_the_engine_gives_in(house: House, model: Training) -> None:
    house.engine.trouble_with[VERSION] = Refused("403: still has running predictions")
    await remove(house, model)
    with pytest.raises(NotYetGone, match="running predictions"):
        await carry_out(house, model)
    async with house.desk.for_nobody(Role.SERVICE) as session:
        assert (await counted(session))[removal.REFUSALS] == 1
    del house.engine.trouble_with[VERSION]
    await carry_out(house, model)
    assert house.engine.versions == set()


async def test_an_engine_that_does_not_answer_is_asked_again(house: House, model: Training) -> None:
    house.engine.trouble_with[VERSION] = EngineDown("502")
    await remove(house, model)
    with pytest.raises(EngineDown):
        await carry_out(house, model)
    async with house.desk.for_person(model.owner_id) as work:
        assert await work.selfies.of(model.id) == []  # what is ours to delete waits for nobody
    house.engine.trouble_with.clear()
    await carry_out(house, model)
    assert house.engine.versions == set()


@pytest.mark.parametrize("name", ["zip", "a job"])
async def test_what_the_engine_keeps_of_another_kind_keeps_no_face_there(
    house: House, model: Training, name: str
) -> None:
    async with house.desk.for_person(model.owner_id) as work:
        order = work.orders.add(Order(owner_id=model.owner_id, kind=OrderKind.TRAINING, training_id=model.id))
    gave_up: dict[str, Any] = {"status": OrderStatus.FAILED, "ended_at": now(), "sent_at": now()}
    await change(house, order, job_id="a job", file_id="zip", **gave_up)
    house.engine.known["a job"] = ("", JobReport("a job", OrderStatus.FAILED))
    house.engine.trouble_with[name] = EngineDown("500")
    await remove(house, model)
    with pytest.raises(EngineDown):
        await carry_out(house, model)
    assert house.engine.versions == set()
    assert house.engine.asked.count("a job") == 1
    house.engine.versions.add(VERSION)
    house.engine.trouble_with[VERSION] = Refused("403")
    with pytest.raises(NotYetGone):  # of two troubles, that which passes by itself is not the one to be told of
        await carry_out(house, model)
    async with house.desk.for_nobody(Role.SERVICE) as session:
        assert (await counted(session))[removal.REFUSALS] == 1
    house.engine.trouble_with.clear()
    await carry_out(house, model)
    row = await row_of(house, model)
    assert row is not None
    assert row.removed_at is not None


async def test_a_bucket_that_is_away_doesnt_keep_a_face_at_the_engine(
    house: House, model: Training, tmp_path: Path
) -> None:
    bucket = tmp_path / "bucket"
    bucket.rename(tmp_path / "aside")
    bucket.write_text("no folder")
    await remove(house, model)
    for says_no in (True, False):
        house.engine.trouble_with = {VERSION: Refused("403")} if says_no else {}
        with pytest.raises(NotADirectoryError):  # which is our own to mend, whatever the engine says
            await carry_out(house, model)
    assert house.engine.versions == set()
    row = await row_of(house, model)
    assert row is not None
    assert row.removed_at is None  # its photos are still there
    bucket.unlink()
    (tmp_path / "aside").rename(bucket)
    await carry_out(house, model)
    assert await house.desk.buckets.of(model.owner_id).page(most=1) == []


async def test_another_account_is_not_believed_that_it_is_gone(house: House, model: Training) -> None:
    house.engine.name = "somebody-else"
    house.engine.versions.clear()
    await remove(house, model)
    with pytest.raises(NotYetGone, match="belongs to me"):
        await carry_out(house, model)


def test_it_is_asked_again_soon_at_first_and_every_hour_at_last() -> None:
    ages = [timedelta(), timedelta(minutes=1), timedelta(hours=1), timedelta(days=9)]
    assert [wait_for(NotYetGone("", age), 60) for age in ages] == [2, 15, 900, 3600]


async def test_what_was_forgotten_between_commit_and_queue_is_found_again(
    house: House, ada: UUID, model: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    await remove(house, model)
    house.queue.take()
    monkeypatch.setattr(reconcile, "FORGOTTEN_AFTER", timedelta())
    await reconcile.remember_chores(house.desk)
    assert house.queue.take() == [(Chore.REMOVE_MODEL, ada, model.id)]
    await carry_out(house, model)
    await reconcile.remember_chores(house.desk)
    assert house.queue.take() == []


async def test_the_operator_is_told_of_one_that_is_not_confirmed_for_an_hour(house: House, model: Training) -> None:
    await remove(house, model)
    await set_back(house, model, asked=timedelta(minutes=61))
    async with house.desk.for_nobody(Role.SERVICE) as session:
        assert (await counted(session))["face models whose deletion is not confirmed"] == 1


@pytest.mark.parametrize("kept", [0, 1])
async def test_the_line_that_says_so_goes_after_some_days_and_the_row_once_no_portrait_needs_it(
    house: House, ada: UUID, model: Training, kept: int
) -> None:
    await portraits_of(house, model, count=kept)
    await remove(house, model)
    await carry_out(house, model)
    house.queue.take()
    for age, is_shown in ((LINE_STAYS - timedelta(hours=1), True), (LINE_STAYS + timedelta(hours=1), False)):
        await set_back(house, model, asked=LINE_STAYS * 2, removed=age)
        async with house.desk.for_person(ada) as work:
            assert bool(await work.trainings.started()) is is_shown
        await reconcile.remember_chores(house.desk)
        is_due = not is_shown and not kept
        assert house.queue.take() == ([(Chore.REMOVE_MODEL, ada, model.id)] if is_due else [])
    await carry_out(house, model)
    assert (await row_of(house, model) is None) is (kept == 0)
    async with house.desk.for_person(ada) as work:
        assert len(await work.assets.page()) == kept


async def test_asking_twice_is_asking_once(house: House, ada: UUID, model: Training) -> None:
    await remove(house, model)
    await remove(house, model)
    assert house.queue.take() == [(Chore.REMOVE_MODEL, ada, model.id)]
