"""Deleting everything of a person whose time has come: at the engine, in the bucket, in every table, mail and log.

It may be killed at any moment and begun anew: each step finds done what is done. The account goes last, since it is
what says that there is something to do; what may come in behind it is looked for once more afterwards.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters import logbook
from portrait_app.adapters.buckets.errors import BucketDown
from portrait_app.adapters.replicate.errors import EngineError
from portrait_app.database.leaving import forget_tries, part
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.services import cancelling, exports, leftovers, limits, removal, sessions
from portrait_app.services.versions import NotYetGone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.account import Account
    from portrait_app.domain.training import Training
    from portrait_app.ports.mailer import Mailer
    from portrait_app.services.work import Desk

log = structlog.get_logger()

SURELY_OVER = timedelta(minutes=1)  # a transaction that began in time to stay has ended by then
# With an engine that does not confirm, since it was first asked: the studio may have been at rest when the moment came.
PATIENCE = timedelta(days=3)
ASKED_FOR_S = 600.0  # at a time: sooner than a chore is broken off (`jobs/tasks`), of which nothing would come, ever
PAGE = 500


@dataclass(frozen=True)
class Parting:
    """What it takes.

    Attributes:
        desk: where the rows and the bucket are.
        gateway: the engine's.
        mailer: may still hold mails to the person.
        data: the studio's folder; its logs are blotted.
    """

    desk: Desk
    gateway: Gateway
    mailer: Mailer
    data: Path

    async def carry_out(self, owner_id: UUID, _: UUID) -> None:
        """Delete everything of this person, when their time has come. Both ids are theirs.

        Raises:
            NotYetGone: the engine has not confirmed that its face models are gone; it is asked for some days.
        """
        account = await self._account(owner_id)
        if account is not None:
            if account.leave_at is None or account.leave_at + SURELY_OVER > now():
                return
            try:
                await self._delete(account, account.leave_at)
            except Exception:  # another worker, which took this one for dead, may have done it meanwhile
                if await self._account(owner_id) is not None:
                    raise
        await self._empty_bucket(owner_id)
        await self.desk.queue.forget(owner_id)
        await asyncio.to_thread(logbook.blot_out, self.data, [str(owner_id), *([account.email] if account else [])])
        log.info("person.left")

    async def _account(self, owner_id: UUID) -> Account | None:
        async with self.desk.for_service(owner_id) as work:
            return await work.accounts.find()

    async def _delete(self, account: Account, leave_at: datetime) -> None:
        """Delete all that can be deleted while there is an account, and then the account."""
        await self._close(account.id, leave_at)
        try:
            await self._empty_bucket(account.id)
        except (BucketDown, OSError):  # the engine needn't keep the faces for as long as that is away
            await self._forget_at_engine(account.id, leave_at)
            raise
        still_there = await self._forget_at_engine(account.id, leave_at)
        if await self._account(account.id) is None:  # done by another meanwhile: their receipt may lie with the mails
            return
        await self.mailer.forget(account.email)
        await asyncio.to_thread(logbook.blot_out, self.data, [account.email])
        async with self.desk.for_service(account.id) as work:
            await forget_tries(work.session, limits.keys_of(self.desk, str(account.id), account.email))
            farewell_id = await part(work.session, still_there)
        if farewell_id is not None:
            await self.desk.queue.put_off(Chore.SAY_FAREWELL, farewell_id, farewell_id)

    async def _close(self, owner_id: UUID, leave_at: datetime) -> None:
        """Sign them out everywhere, call off what is under way, and have every face model deleted.

        What is still to be packed would be laid into the emptied bucket, for somebody who can't come in to take it. Of
        what was deleted before they left, the engine is asked for as long as of the rest, from now on.
        """
        async with self.desk.for_person(owner_id) as work:
            await sessions.end_all(work)
            await exports.forget(work)
            await cancelling.cancel_coming(work)
        async with self.desk.for_service(owner_id) as work:  # a person's own work leaves out what lies in the Trash
            for training in await work.trainings.all():
                await cancelling.cancel_training(work, training.id)
                if training.removed_at is None and (training.removal_asked_at or leave_at) <= leave_at:
                    training.removal_asked_at = now()

    async def _empty_bucket(self, owner_id: UUID) -> None:
        """Delete every object of theirs, also such as nobody knows of."""
        bucket = self.desk.buckets.of(owner_id)
        while page := await bucket.page(most=PAGE):
            await bucket.delete(*(stored.key for stored in page))

    async def _forget_at_engine(self, owner_id: UUID, leave_at: datetime) -> list[str]:
        """Have it all deleted there; return what could not be confirmed in all these days."""
        async with self.desk.for_service(owner_id) as work:
            trainings = await work.trainings.all()
        asked_at = max([leave_at, *(each.removal_asked_at for each in trainings if each.removal_asked_at)])
        waiting = await self._what_stands_against_it(owner_id, trainings)
        async with self.desk.for_service(owner_id) as work:
            may_be_named_later = any([await leftovers.has_nameless(work, each.id) for each in trainings])
            if waiting and (may_be_named_later or now() - asked_at < PATIENCE):
                raise NotYetGone("; ".join(waiting), now() - asked_at)
            return [what for each in trainings for what in await leftovers.left_there(work, each.id)]

    async def _what_stands_against_it(self, owner_id: UUID, trainings: Sequence[Training]) -> list[str]:
        """Delete each face model at the engine; return what stands against it.

        In another order each time: where some take all the time there is, others come first the next time.

        Raises: BucketDown, OSError: photos could not be deleted here; all have been asked about.
        """
        waiting, away = list[str](), list[Exception]()
        try:
            async with asyncio.timeout(ASKED_FOR_S):
                for each in random.sample(trainings, len(trainings)):
                    try:
                        await removal.carry_out(self.desk, self.gateway, owner_id, each.id)
                    except (NotYetGone, EngineError) as error:
                        waiting.append(f"{type(error).__name__}: {error}")
                    except (BucketDown, OSError) as error:
                        away.append(error)
        except TimeoutError:  # one that hangs, asked about many: it is waited for no longer than one that says no
            waiting.append(f"no word in {ASKED_FOR_S:.0f} s")
        if away:
            raise away[0]
        return waiting
