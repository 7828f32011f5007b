"""One piece of work: one transaction in one person's name, and what is put off until it has been committed."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portrait_app.database.accounts import Accounts
from portrait_app.database.address import Role
from portrait_app.database.consents import Consents
from portrait_app.database.exports import Exports
from portrait_app.database.generations import Assets, Generations, HeldPictures
from portrait_app.database.identities import Identities
from portrait_app.database.mails import Mails
from portrait_app.database.orders import Orders, owner_of
from portrait_app.database.passkeys import Passkeys
from portrait_app.database.pixels import turn_of_links
from portrait_app.database.recovery import RecoveryCodes
from portrait_app.database.trainings import Selfies, Trainings
from portrait_app.domain.clock import now
from portrait_app.domain.events import CHANNEL, News, Noun

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from portrait_app.database.session import Database
    from portrait_app.domain.chores import Chore
    from portrait_app.domain.happening import Happening
    from portrait_app.ports.bucket import Bucket, Buckets, Links
    from portrait_app.ports.queue import Queue

MOST_REMEMBERED = 10_000  # orders and their owners, about 2 MB


@dataclass
class Work:
    """What a service needs: the person's rows by noun, their bucket, a voice for news, and a place for chores.

    `asks_two_steps` is whether the studio asks everybody for two steps at the door; `moment` is when this began.
    """

    owner_id: UUID
    session: AsyncSession
    bucket: Bucket
    asks_two_steps: bool = False
    chores: list[tuple[Chore, UUID]] = field(default_factory=list["tuple[Chore, UUID]"])
    news: list[str] = field(default_factory=list[str])
    moment: datetime = field(default_factory=now)
    _links: Links | None = None

    def __post_init__(self) -> None:
        self.accounts = Accounts(self.session, self.owner_id)
        self.passkeys = Passkeys(self.session, self.owner_id)
        self.identities = Identities(self.session, self.owner_id)
        self.recovery_codes = RecoveryCodes(self.session, self.owner_id)
        self.consents = Consents(self.session, self.owner_id)
        self.mails = Mails(self.session, self.owner_id)
        self.trainings = Trainings(self.session, self.owner_id)
        self.selfies = Selfies(self.session, self.owner_id)
        self.generations = Generations(self.session, self.owner_id)
        self.assets = Assets(self.session, self.owner_id)
        self.held_pictures = HeldPictures(self.session, self.owner_id)
        self.orders = Orders(self.session, self.owner_id)
        self.exports = Exports(self.session, self.owner_id)

    async def links(self) -> Links:
        """Return what makes links to the person's pictures; all of them end when a session of theirs is ended."""
        if self._links is None:
            self._links = await self.bucket.links(await turn_of_links(self.session))
        return self._links

    async def tell(self, noun: Noun, row_id: UUID, happening: Happening | None = None) -> None:
        """Tell the person's open tabs that a row changed; they hear it when, and only if, this work is committed.

        A `happening` is also said there in passing.
        """
        await self.session.flush()
        self.news.append(News(self.owner_id, noun, row_id, happening).to_text())

    def later(self, chore: Chore, row_id: UUID) -> None:
        """Put a chore off until this work is committed."""
        self.chores.append((chore, row_id))


class Desk:
    """Where work begins, and the only place where it is committed.

    `asks_two_steps` is whether the studio asks everybody for two steps at the door (`services/steps`).
    """

    def __init__(self, database: Database, buckets: Buckets, queue: Queue, *, asks_two_steps: bool = False) -> None:
        self.database = database
        self.buckets = buckets
        self.queue = queue
        self.asks_two_steps = asks_two_steps
        self._owners: dict[UUID, UUID] = {}  # of orders; one never changes hands

    def owner_of_order(self, order_id: UUID) -> UUID | None:
        """Return whose order this is, as far as this process has worked on it; it may be gone by now."""
        return self._owners.get(order_id)

    @asynccontextmanager
    async def for_person(self, owner_id: UUID) -> AsyncGenerator[Work]:
        """Begin work that this person asked for."""
        async with self._begin(Role.USER, owner_id) as work:
            yield work

    @asynccontextmanager
    async def for_service(self, owner_id: UUID) -> AsyncGenerator[Work]:
        """Begin work that a job does in this person's name; no other person's rows can be reached from it."""
        async with self._begin(Role.SERVICE, owner_id) as work:
            yield work

    @asynccontextmanager
    async def for_whose_order(self, order_id: UUID) -> AsyncGenerator[Work | None]:
        """Begin the work of a job in the name of whoever's order this is; None when it is nobody's."""
        async with self.database.transaction(Role.SERVICE, None) as session:
            known = await owner_of(session, order_id=order_id)
            if known is None:
                yield None
                return
            await self.database.become(session, known[1])
            while len(self._owners) >= MOST_REMEMBERED:
                self._owners.pop(next(iter(self._owners)))
            self._owners[order_id] = known[1]
            work = Work(known[1], session, self.buckets.of(known[1]))
            yield work
            await self.database.commit(session, CHANNEL, work.news)
        await self._put_off(work)

    @asynccontextmanager
    async def for_nobody(self, role: Role) -> AsyncGenerator[AsyncSession]:
        """Open a transaction without a person: no rows, only the look-ups this role may call."""
        async with self.database.transaction(role, None) as session:
            yield session

    @asynccontextmanager
    async def _begin(self, role: Role, owner_id: UUID) -> AsyncGenerator[Work]:
        async with self.database.transaction(role, owner_id) as session:
            work = Work(owner_id, session, self.buckets.of(owner_id), self.asks_two_steps)
            yield work
            await self.database.commit(session, CHANNEL, work.news)
        await self._put_off(work)

    async def _put_off(self, work: Work) -> None:
        # A crash right here loses no chore: rows that wait too long are found again (`reconcile.remember_chores`).
        for chore, row_id in work.chores:
            await self.queue.put_off(chore, work.owner_id, row_id)
