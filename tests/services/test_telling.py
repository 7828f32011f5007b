"""A person is told what happened: in passing where they look, by mail where they don't, once, and only if they want."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from portrait_app.domain.clock import now
from portrait_app.domain.events import CHANNEL, News
from portrait_app.domain.happening import Happening
from portrait_app.domain.lifecycle import AssetStatus, OrderStatus
from portrait_app.domain.mail import MailKind
from portrait_app.domain.order import Watcher
from portrait_app.domain.report import JobReport
from portrait_app.ports.mailer import MailNotTaken
from portrait_app.services import cancelling, generations, painting, preferences, progress, trainings, watching
from portrait_app.services.mails import Postman
from portrait_app.services.watching import BELIEVED_FOR, StillThere

if TYPE_CHECKING:
    from collections.abc import Generator
    from email.message import EmailMessage
    from uuid import UUID

    from portrait_app.database.address import Address
    from tests.builders import House


AN_ID = "7f3c0d5e-2b1a-4c68-9e0f-5a1d2c3b4e5f"
THE_END = "that was all"


@dataclass
class Carrier:
    """Takes mails, and keeps them; or says that it can't."""

    taken: list[EmailMessage] = field(default_factory=list)
    is_open: bool = True

    async def forget(self, address: str) -> None:
        self.taken = [mail for mail in self.taken if mail["To"] != address]

    async def send(self, mail: EmailMessage) -> None:
        if not self.is_open:
            raise MailNotTaken("closed")
        self.taken.append(mail)


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def postman(house: House, carrier: Carrier) -> Postman:
    return Postman(house.desk, carrier, "https://studio.example", "studio@studio.example")


@pytest.fixture
async def ada(house: House, address: Address) -> UUID:
    """Somebody whose address is confirmed, and whose mail about that has been seen to."""
    owner_id = await house.somebody("Ada")
    house.queue.mails.clear()
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute("UPDATE app.accounts SET verified_at = now()")
    return owner_id


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


async def training_ends(house: House, owner_id: UUID, status: OrderStatus) -> UUID:
    """Have a face learned, or not; return the training."""
    draft = await house.draft_with_selfies(owner_id)
    async with house.desk.for_person(owner_id) as work:
        await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    ((_, _, order_id),) = house.queue.take()
    await hear(house, owner_id, order_id, OrderStatus.RUNNING)
    for _ in range(2):  # news comes twice
        await hear(house, owner_id, order_id, status)
    return draft.id


async def hear(house: House, owner_id: UUID, order_id: UUID, status: OrderStatus) -> None:
    version = "me/faces:abc" if status is OrderStatus.DONE else None
    async with house.desk.for_service(owner_id) as work:
        await progress.hear(work, order_id, JobReport(f"job of {order_id}", status, version=version))


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


async def test_portraits_that_were_ordered_and_came_are_no_news(
    house: House, ada: UUID, news: psycopg.Connection
) -> None:
    model = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        await generations.order(work, model, style="noir", count=2, aspect="4:5")
    await close(house, ada, AssetStatus.KEPT)
    assert (said(news), house.queue.mails) == ([], [])


async def test_a_mail_is_sent_once_and_says_where_to_switch_it_off(
    house: House, ada: UUID, postman: Postman, carrier: Carrier
) -> None:
    await training_ends(house, ada, OrderStatus.DONE)
    ((_, mail_id),) = house.queue.mails
    for _ in range(2):  # the chore runs twice
        await postman.send(ada, mail_id)
    (mail,) = carrier.taken
    assert mail["Subject"] == "Your face model is ready"
    assert "https://studio.example/you/preferences" in mail.get_content()


async def test_a_mail_that_was_not_taken_is_sent_later(
    house: House, ada: UUID, postman: Postman, carrier: Carrier
) -> None:
    await training_ends(house, ada, OrderStatus.FAILED)
    ((_, mail_id),) = house.queue.mails
    carrier.is_open = False
    with pytest.raises(MailNotTaken):
        await postman.send(ada, mail_id)
    carrier.is_open = True
    await postman.send(ada, mail_id)
    assert len(carrier.taken) == 1


async def test_no_mail_goes_to_who_is_looking(house: House, ada: UUID, postman: Postman, carrier: Carrier) -> None:
    async with house.desk.for_person(ada) as work:
        await watching.watch(work)
    await training_ends(house, ada, OrderStatus.DONE)
    ((_, mail_id),) = house.queue.mails
    with pytest.raises(StillThere) as not_yet:  # the tab may have been closed just before
        await postman.send(ada, mail_id)
    assert 0 < not_yet.value.wait_s <= BELIEVED_FOR.total_seconds()
    await watched_until(house, ada, now() + BELIEVED_FOR + timedelta(seconds=20))  # it says again that it is there
    await postman.send(ada, mail_id)
    await watched_until(house, ada, now() - timedelta(hours=1))
    await postman.send(ada, mail_id)
    assert carrier.taken == []


async def test_a_tab_that_was_closed_just_before_holds_the_mail_up_and_no_more(
    house: House, ada: UUID, postman: Postman, carrier: Carrier, address: Address
) -> None:
    await watched_until(house, ada, now() + timedelta(seconds=30))
    await training_ends(house, ada, OrderStatus.DONE)
    ((_, mail_id),) = house.queue.mails
    with pytest.raises(StillThere):
        await postman.send(ada, mail_id)
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:  # 40 seconds later
        admin.execute("UPDATE app.mails SET created_at = created_at - interval '40 s'")
        admin.execute("UPDATE app.watchers SET until = until - interval '40 s'")
    await postman.send(ada, mail_id)
    assert len(carrier.taken) == 1


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


async def watched_until(house: House, owner_id: UUID, until: object) -> None:
    async with house.desk.for_person(owner_id) as work:
        await work.session.merge(Watcher(owner_id=owner_id, until=until))  # type: ignore[arg-type] -- a moment
