"""Somebody who uses the studio without a browser: by its plain routes, and by looking into its database."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

import httpx
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from portrait_app.domain.consent import VERSION
from portrait_app.domain.generation import Asset
from portrait_app.domain.order import Order
from portrait_app.services import consent, sessions, trainings
from portrait_app.services.cookie import COOKIE
from portrait_app.wiring import open_workshop

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
    from pathlib import Path
    from uuid import UUID

    from portrait_app.domain.selfie import Selfie
    from portrait_app.domain.training import Training
    from portrait_app.services.work import Desk
    from tests.e2e.running import Running

PASSWORD = "twelve letters or more"
PATIENCE_S = 180
_LOOK_EVERY_S = 0.05

Seen = TypeVar("Seen")


class Person:
    """One person, signed in."""

    def __init__(self, desk: Desk, client: httpx.AsyncClient, owner_id: UUID, email: str, trainer: str) -> None:
        self._desk, self._client, self._trainer = desk, client, trainer
        self.owner_id, self.email = owner_id, email

    @classmethod
    @asynccontextmanager
    async def at(cls, running: Running, name: str) -> AsyncGenerator[Person]:
        """Sign up as a browser would."""
        async with (
            open_workshop(running.settings) as workshop,
            httpx.AsyncClient(base_url=running.url, timeout=60) as client,
        ):
            email = f"{name.lower()}@example.com"
            form = {"name": name, "email": email, "password": PASSWORD}
            answer = await client.post("/auth/sign-up", data=form)
            assert answer.status_code == httpx.codes.SEE_OTHER
            someone = await sessions.who(workshop.desk, client.cookies[COOKIE])
            assert someone is not None
            async with workshop.desk.for_person(someone.owner_id) as work:
                await consent.give(work, VERSION)
            yield cls(workshop.desk, client, someone.owner_id, email, workshop.settings.trainer)

    async def hand_in(self, photos: Iterable[Path]) -> None:
        """Upload photos, three at a time as the page does."""
        at_once = asyncio.Semaphore(3)

        async def send(photo: Path) -> None:
            async with at_once:
                content = await asyncio.to_thread(photo.read_bytes)
                answer = await self._client.post("/api/selfies", params={"name": photo.name}, content=content)
                assert answer.status_code == httpx.codes.CREATED, answer.text

        async with asyncio.TaskGroup() as group:
            for photo in photos:
                group.create_task(send(photo))

    async def start(self) -> None:
        """Start learning the face on the draft's photos."""
        async with self._desk.for_person(self.owner_id) as work:
            draft = await trainings.draft(work)
            await trainings.start(work, draft.id, name="Ada", trainer=self._trainer)

    async def selfies(self) -> Sequence[Selfie]:
        """Look at the photos, of the draft or of the one training."""
        async with self._desk.for_person(self.owner_id) as work:
            training = await work.trainings.draft() or (await work.trainings.started())[0]
            return await work.selfies.of(training.id)

    async def training(self) -> Training:
        """Look at the one training."""
        async with self._desk.for_person(self.owner_id) as work:
            (training,) = await work.trainings.started()
            return training

    async def portraits(self) -> Sequence[Asset]:
        """Look at all portraits and their places."""
        async with self._desk.for_person(self.owner_id) as work:
            return (await work.session.scalars(select(Asset).order_by(col(Asset.id)))).all()

    async def orders(self) -> Sequence[Order]:
        """Look at what was ordered of the engine."""
        async with self._desk.for_person(self.owner_id) as work:
            return (await work.session.scalars(select(Order))).all()


async def until(look: Callable[[], Awaitable[Seen]], is_right: Callable[[Seen], bool]) -> Seen:
    """Look again and again until it is as it should be, also while the database is away."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                seen = await look()
            except DBAPIError as error:
                if not error.connection_invalidated and "connect" not in str(error):
                    raise
            else:
                if is_right(seen):
                    return seen
            await asyncio.sleep(_LOOK_EVERY_S)  # news by LISTEN would not outlive the database
