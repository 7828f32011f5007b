"""A person is told what happened: in passing where they look, by mail where they don't, once, and only if they want."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest

from portrait_app.adapters.replicate.wire import report_of
from portrait_app.domain.events import CHANNEL, News
from portrait_app.domain.generation import Loss
from portrait_app.domain.happening import Happening
from portrait_app.domain.lifecycle import AssetStatus, OrderStatus
from portrait_app.domain.mail import MailKind
from portrait_app.domain.order import OrderKind
from portrait_app.services import cancelling, generations, naming, painting, preferences, trainings
from portrait_app.services.letters import letter
from tests.services.confirmed import somebody_confirmed
from tests.services.learning import hear, training_ends
from tests.services.losing import let_time_pass, lost
from tests.services.straying import sent

if TYPE_CHECKING:
    from collections.abc import Generator
    from uuid import UUID

    from portrait_app.database.address import Address
    from tests.builders import House

AN_ID = "7f3c0d5e-2b1a-4c68-9e0f-5a1d2c3b4e5f"
THE_END = "that was all"


@pytest.fixture
async def ada(house: House, address: Address) -> UUID:
    return await somebody_confirmed(house, address)


@pytest.fixture
def news(address: Address) -> Generator[psycopg.Connection]:
    with psycopg.connect(address.conninfo(), autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        yield listener


def said(news: psycopg.Connection) -> list[Happening]:
    """What was said in passing since it was last asked."""
    news.execute("SELECT pg_notify(%s, %s)", [CHANNEL, THE_END])  # heard after all that was committed before
    told: list[Happening] = []
    for notice in news.notifies(timeout=10):
        if notice.payload == THE_END:
            return told
        if happening := News.from_text(notice.payload).happening:
            told.append(happening)
    raise AssertionError("the end was not heard")


async def kinds(house: House, owner_id: UUID) -> list[MailKind]:
    """What the mails that wait are about."""
    async with house.desk.for_service(owner_id) as work:
        found = [await work.mails.find(mail_id) for _, mail_id in house.queue.mails]
    return [mail.kind for mail in found if mail]


async def close(house: House, owner_id: UUID, status: AssetStatus) -> None:
    """End all portraits that are on their way, one order after the other."""
    async with house.desk.for_person(owner_id) as work:
        waiting = [each.id for each in await work.generations.unfinished()]
    for generation_id in waiting:
        async with house.desk.for_service(owner_id) as work:
            generation = await work.generations.get(generation_id, lock=True)
            for asset in await work.assets.of(generation_id):
                asset.status = status
            await painting.close_if_complete(work, generation)


@pytest.mark.parametrize(
    ("end", "happening"), [(OrderStatus.DONE, Happening.MODEL_READY), (OrderStatus.FAILED, Happening.MODEL_FAILED)]
)
async def test_how_the_learning_of_a_face_ended_is_told_once(
    house: House, ada: UUID, news: psycopg.Connection, end: OrderStatus, happening: Happening
) -> None:
    await training_ends(house, ada, end)
    assert said(news) == [happening]
    assert await kinds(house, ada) == [MailKind(happening.value)]


async def test_nobody_is_told_what_they_did_themselves(house: House, ada: UUID, news: psycopg.Connection) -> None:
    draft = await house.draft_with_selfies(ada)
    async with house.desk.for_person(ada) as work:
        await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
        await cancelling.cancel_training(work, draft.id)
    order_id = next(row_id for *_, row_id in house.queue.take())
    await hear(house, ada, order_id, OrderStatus.CANCELED)
    assert (said(news), house.queue.mails) == ([], [])


async def test_who_wants_neither_mail_nor_word_gets_neither(house: House, ada: UUID, news: psycopg.Connection) -> None:
    async with house.desk.for_person(ada) as work:
        await preferences.be_told(work, "model_ready", "mail", is_wanted=False)
        await preferences.be_told(work, "model_ready", "toast", is_wanted=False)
    await training_ends(house, ada, OrderStatus.DONE)
    assert (said(news), house.queue.mails) == ([], [])


async def test_an_address_that_nobody_confirmed_gets_no_news(house: House, news: psycopg.Connection) -> None:
    eve = await house.somebody("Eve")
    house.queue.mails.clear()
    await training_ends(house, eve, OrderStatus.DONE)
    assert (said(news), house.queue.mails) == ([Happening.MODEL_READY], [])


async def test_a_first_set_is_told_of_when_its_last_portrait_is_here(
    house: House, ada: UUID, news: psycopg.Connection
) -> None:
    async with house.desk.for_person(ada) as work:
        await preferences.be_told(work, "first_set", "mail", is_wanted=True)
    await training_ends(house, ada, OrderStatus.DONE)
    said(news)
    house.queue.mails.clear()
    await close(house, ada, AssetStatus.KEPT)
    assert said(news) == [Happening.FIRST_SET]
    assert await kinds(house, ada) == [MailKind.FIRST_SET]


async def test_portraits_that_came_to_nothing_are_told_of_once_however_many_orders_they_were(
    house: House, ada: UUID, news: psycopg.Connection
) -> None:
    model = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        for style in ("noir", "oil"):
            await generations.order(work, model, style=style, count=2, aspect="4:5")
    await close(house, ada, AssetStatus.LOST)
    assert said(news) == [Happening.PORTRAITS_FAILED]
    assert await kinds(house, ada) == [MailKind.PORTRAITS_FAILED]


@pytest.mark.parametrize("kind", list(OrderKind))
async def test_of_what_is_in_doubt_is_said_that_it_is_not_known_and_not_that_it_failed(
    house: House, ada: UUID, news: psycopg.Connection, kind: OrderKind
) -> None:
    order = await lost(house, ada, kind, is_taken=False)
    await let_time_pass(house, order)
    await house.sender.send(ada, order.id)
    happening = Happening.MODEL_IN_DOUBT if kind is OrderKind.TRAINING else Happening.PORTRAITS_IN_DOUBT
    assert said(news) == [happening]
    assert await kinds(house, ada) == [MailKind(happening.value)]
    mail = letter(MailKind(happening.value), studio="https://studio.example")
    assert "It isn't known whether your" in mail.subject
    assert "could not" not in mail.subject + mail.body
    assert "nothing is charged twice" in mail.body.replace("\n", " ")


async def test_of_a_face_that_was_learned_and_is_not_named_nobody_says_that_it_was_not_learned(
    house: House, ada: UUID, news: psycopg.Connection
) -> None:
    order = await sent(house, ada, OrderKind.TRAINING)
    said(news)
    body = {"id": "job1", "status": "succeeded", "output": None, "data_removed": True}
    await naming.give_up(house.desk, order, report_of(OrderKind.TRAINING, body))
    assert said(news) == [Happening.MODEL_UNNAMED]
    assert await kinds(house, ada) == [MailKind.MODEL_UNNAMED]
    mail = letter(MailKind.MODEL_UNNAMED, studio="https://studio.example")
    assert "Your face was learned" in mail.subject
    assert "could not" not in mail.subject + mail.body
    assert "nothing is charged twice" in mail.body.replace("\n", " ")


async def test_portraits_some_of_which_are_in_doubt_have_not_all_failed(
    house: House, ada: UUID, news: psycopg.Connection
) -> None:
    model = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        for style in ("noir", "oil"):
            await generations.order(work, model, style=style, count=1, aspect="4:5")
        waiting = [each.id for each in await work.generations.unfinished()]
    said(news)
    for generation_id, loss in zip(waiting, (Loss.NOT_MADE, Loss.IN_DOUBT), strict=True):
        async with house.desk.for_service(ada) as work:
            generation = await work.generations.get(generation_id, lock=True)
            for asset in await work.assets.of(generation_id):
                painting.lose(asset, loss)
            await painting.close_if_complete(work, generation)
    assert said(news) == [Happening.PORTRAITS_IN_DOUBT]


async def test_portraits_that_were_ordered_and_came_are_no_news(
    house: House, ada: UUID, news: psycopg.Connection
) -> None:
    model = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        await generations.order(work, model, style="noir", count=2, aspect="4:5")
    await close(house, ada, AssetStatus.KEPT)
    assert (said(news), house.queue.mails) == ([], [])


async def test_what_others_are_told_is_nobody_elses(house: House, ada: UUID) -> None:
    eve = await house.somebody("Eve")
    house.queue.mails.clear()
    await training_ends(house, ada, OrderStatus.DONE)
    ((owner_id, mail_id),) = house.queue.mails
    assert owner_id == ada
    async with house.desk.for_service(eve) as work:
        assert await work.mails.find(mail_id) is None


def test_news_of_what_happened_is_read_as_it_was_written() -> None:
    known = News.from_text(json.dumps([AN_ID, "training", AN_ID]))
    assert known.happening is None
    told = News(known.owner_id, "training", known.id, Happening.MODEL_READY)
    assert News.from_text(told.to_text()) == told
    with pytest.raises(ValueError, match="invented"):
        News.from_text(told.to_text().replace("model_ready", "invented"))
