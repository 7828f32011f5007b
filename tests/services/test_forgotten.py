"""Work that was recorded, and whose chore was lost in a crash: it is put off again, whatever else waits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.generation import Asset
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.mail import MailKind
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.domain.selfie import SelfieStatus
from portrait_app.domain.training import Training
from portrait_app.services import cancelling, generations, mails, progress, purging, reconcile, removal
from tests.portraits import portraits_of
from tests.services.losing import recorded
from tests.services.removing import learned
from tests.services.trashing import OVER, put_away, put_model_away, set_back

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from tests.builders import House

    Given = Callable[[House, UUID], Awaitable[UUID]]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take what was recorded a moment ago for forgotten."""
    monkeypatch.setattr(reconcile, "FORGOTTEN_AFTER", timedelta(0))


async def unsent(house: House, ada: UUID) -> UUID:
    return (await recorded(house, ada)).id


async def unexamined(house: House, ada: UUID) -> UUID:
    draft = await house.draft_with_selfies(ada, 1, status=SelfieStatus.EXAMINING)
    async with house.desk.for_person(ada) as work:
        return (await work.selfies.of(draft.id))[0].id


async def unkept(house: House, ada: UUID) -> UUID:
    order = await recorded(house, ada)
    await house.sender.send(ada, order.id)
    async with house.desk.for_service(ada) as work:
        await progress.hear(work, order.id, JobReport("job1", OrderStatus.DONE, outputs=("https://engine/0",)))
        assert order.generation_id is not None
        return (await work.assets.of(order.generation_id))[0].id


async def running(house: House, ada: UUID, kind: OrderKind) -> UUID:
    order = await recorded(house, ada, kind)
    await house.sender.send(ada, order.id)
    return order.id


async def wished_off(house: House, ada: UUID) -> UUID:
    order_id = await running(house, ada, OrderKind.TRAINING)
    async with house.desk.for_person(ada) as work:
        await cancelling.cancel_training(work, (await work.orders.get(order_id)).training_id)
    return order_id


async def untidy(house: House, ada: UUID) -> UUID:
    order_id = await running(house, ada, OrderKind.TRAINING)
    async with house.desk.for_service(ada) as work:
        await progress.hear(work, order_id, JobReport("job1", OrderStatus.CANCELED))
    return order_id


async def deleted(house: House, ada: UUID) -> UUID:
    model = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        await removal.remove(work, model.id)
    return model.id


async def unposted(house: House, ada: UUID) -> UUID:
    async with house.desk.for_person(ada) as work:
        await mails.write(work, MailKind.CONFIRM, "ada@example.com")
        return work.chores[-1][1]


async def past_its_time(house: House, ada: UUID) -> UUID:
    (portrait,) = await portraits_of(house, await house.ready_model(ada))
    await put_away(house, portrait)
    await set_back(house, Asset, portrait.id, ada, deleted_at=now() - OVER)
    return portrait.id


async def face_past_its_time(house: House, ada: UUID) -> UUID:
    model = await house.ready_model(ada)
    await put_model_away(house, model)
    await set_back(house, Training, model.id, ada, deleted_at=now() - OVER)
    return model.id


async def learned_from(house: House, ada: UUID) -> UUID:
    model = await learned(house, ada)
    await set_back(house, Training, model.id, ada, ended_at=now() - OVER)
    return model.id


GIVEN: dict[Chore, Given] = {
    Chore.SEND_MAIL: unposted,
    Chore.SEND_ORDER: unsent,
    Chore.EXAMINE_SELFIE: unexamined,
    Chore.KEEP_ASSET: unkept,
    Chore.CALL_OFF: wished_off,
    Chore.TIDY_ORDER: untidy,
    Chore.REMOVE_MODEL: deleted,
    Chore.PURGE_PORTRAIT: past_its_time,
    Chore.PURGE_MODEL: face_past_its_time,
    Chore.FORGET_PHOTOS: learned_from,
}
ELSEWHERE = {Chore.MAKE_EXPORT, Chore.FORGET_EXPORT, Chore.LEAVE, Chore.SAY_FAREWELL}
"""Remembered by the tests of exports and of leaving."""
SWEPT = {Chore.FORGET_PIXELS}
"""No row asks for it any more: what is left is an object that no row names (tests/services/test_sweep.py)."""


def test_no_kind_of_chore_is_left_out() -> None:
    assert set(GIVEN) | ELSEWHERE | SWEPT == set(Chore)


@pytest.mark.parametrize("chore", list(GIVEN))
async def test_each_kind_of_chore_that_was_lost_is_remembered(house: House, chore: Chore) -> None:
    ada = await house.somebody("Ada")
    row_id = await GIVEN[chore](house, ada)
    house.queue.take()  # lost in a crash
    house.queue.mails.clear()
    await reconcile.remember_chores(house.desk)
    await purging.put_off_what_is_due(house.desk)
    mails_to_send = [(Chore.SEND_MAIL, *mail) for mail in house.queue.mails]
    assert (chore, ada, row_id) in house.queue.take() + mails_to_send


async def test_many_orders_that_wait_hide_no_portrait_that_was_made(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "MOST", 3)
    ada = await house.somebody("Ada")
    asset_id = await unkept(house, ada)
    model = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        for _ in range(5):
            await generations.order(work, model, style="noir", count=1, aspect="1:1")
    waiting = {row for _, _, row in house.queue.take()[-5:]}
    some = await remembered(house)
    assert (Chore.KEEP_ASSET, ada, asset_id) in some
    assert [chore for chore, *_ in some].count(Chore.SEND_ORDER) == 3
    # Whichever of them wait for good, the others' turn comes: one is passed over 60 times by one chance in 10^23.
    turns = [{row for chore, _, row in await remembered(house) if chore is Chore.SEND_ORDER} for _ in range(60)]
    assert set().union(*turns) == waiting


async def remembered(house: House) -> list[tuple[Chore, UUID, UUID]]:
    await reconcile.remember_chores(house.desk)
    return house.queue.take()
