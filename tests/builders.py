"""Short ways to the state a test begins in."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import col

from portrait_app.adapters.replicate.signature import WebhookAddress
from portrait_app.domain.consent import VERSION
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.order import Order
from portrait_app.domain.selfie import Selfie, SelfieStatus
from portrait_app.domain.training import Training
from portrait_app.services import consent, sessions, signing_in, trainings
from portrait_app.services.orders import Sender
from tools import newcomers

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.account import Account
    from portrait_app.domain.rows import Owned
    from portrait_app.services.work import Desk
    from tests.fakes import FakeEngine, FakeQueue

WEBHOOK = WebhookAddress(b"k" * 32, "http://house/api/webhook")
PASSWORD = "twelve letters or more"
_numbers = itertools.count(1)


@dataclass
class House:
    """A furnished house in a test."""

    desk: Desk
    queue: FakeQueue
    engine: FakeEngine

    @property
    def sender(self) -> Sender:
        return Sender(self.desk, self.engine, WEBHOOK)  # type: ignore[arg-type] -- a fake

    async def somebody(self, name: str = "Ada", *, agrees: bool = True) -> UUID:
        """Sign a new person up, who says whose photos they have; return their id."""
        email = f"{name.lower()}{next(_numbers)}@example.com"
        who = await newcomers.signs_up(self.desk, name=name, email=email, password=PASSWORD, device="test")
        if agrees:
            await self.agree(who.owner_id)
        return who.owner_id

    async def someone(self, owner_id: UUID) -> sessions.Someone:
        """Return a person with the session that they signed up in."""
        async with self.desk.for_person(owner_id) as work:
            (session, *_) = await work.accounts.sessions()
        return sessions.Someone(owner_id, session.id, session.took_two_steps)

    async def agree(self, owner_id: UUID) -> None:
        """Say, as before the first photo, whose photos they are."""
        async with self.desk.for_person(owner_id) as work:
            await consent.give(work, VERSION)

    async def draft_with_selfies(self, owner_id: UUID, count: int = 4, **fields: Any) -> Training:
        """Make a draft with photos that were examined and found fine."""
        async with self.desk.for_person(owner_id) as work:
            draft = await trainings.draft(work)
            for number in range(count):
                key = f"u/{owner_id}/selfies/{number}.jpg"
                await work.bucket.put_bytes(key, b"jpeg")
                row: dict[str, Any] = {"status": SelfieStatus.FINE, "key": key, "width": 8, "height": 8, **fields}
                work.selfies.add(Selfie(owner_id=owner_id, training_id=draft.id, filename=f"{number}.jpg", **row))
        return draft

    async def training_begun(self, owner_id: UUID) -> tuple[Training, UUID]:
        """Have a face learned from such a draft; the training, and its order, which nobody has sent yet."""
        draft = await self.draft_with_selfies(owner_id)
        async with self.desk.for_person(owner_id) as work:
            training = await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
        ((_, _, order_id),) = self.queue.take()
        return training, order_id

    async def ready_model(self, owner_id: UUID) -> Training:
        """Make a face model that portraits can be ordered from."""
        async with self.desk.for_person(owner_id) as work:
            training = work.trainings.add(
                Training(owner_id=owner_id, name="Ada", status=TrainingStatus.READY, trainer="darkroom")
            )
        async with self.desk.for_service(owner_id) as work:  # its version is the engine's to say
            training = await work.trainings.get(training.id)
            training.version = "me/faces:abc"
        return training


async def signs_in(house: House, email: str, device: str = "") -> sessions.SignedIn:
    """Sign somebody in by their password, who asks for no second step."""
    entered = await signing_in.sign_in(house.desk, email=email, password=PASSWORD, device=device)
    assert isinstance(entered, sessions.SignedIn)
    return entered


async def change(house: House, order: Order, **fields: object) -> None:
    """Let an order read otherwise."""
    await rewrite(house, Order, order.id, **fields)


async def rewrite(house: House, kind: type[Owned | Account], row_id: UUID, **fields: object) -> None:
    """Let a row read otherwise, in columns too that neither a person nor a job may write: its age, say."""
    engine = create_async_engine(house.desk.database.address.admin)
    async with AsyncSession(engine) as session, session.begin():
        await session.execute(update(kind).where(col(kind.id) == row_id).values(fields))
    await engine.dispose()
