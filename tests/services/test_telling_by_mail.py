"""What happened is told by mail to whoever isn't looking: once, and later where no mail server takes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import Watcher
from portrait_app.ports.mailer import MailNotTaken
from portrait_app.services import watching
from portrait_app.services.mails import Postman
from portrait_app.services.watching import BELIEVED_FOR, StillThere
from tests.services.confirmed import somebody_confirmed
from tests.services.learning import training_ends

if TYPE_CHECKING:
    from email.message import EmailMessage
    from uuid import UUID

    from portrait_app.database.address import Address
    from tests.builders import House


@dataclass
class Carrier:
    """Takes mails, and keeps them; or says that it can't."""

    taken: list[EmailMessage] = field(default_factory=list)
    is_open: bool = True

    async def forget(self, address: str) -> None:
        self.taken = [mail for mail in self.taken if mail["To"] != address]

    async def forget_old(self) -> None:
        """Nothing here is a week old."""

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
    return await somebody_confirmed(house, address)


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


async def watched_until(house: House, owner_id: UUID, until: object) -> None:
    async with house.desk.for_person(owner_id) as work:
        await work.session.merge(Watcher(owner_id=owner_id, until=until))  # type: ignore[arg-type] -- a moment
