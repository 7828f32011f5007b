"""What is left to do after somebody has gone: the receipt, and asking the engine until it has nothing more of them."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.replicate.errors import EngineError, JobVanished
from portrait_app.database.address import Role
from portrait_app.database.leaving import Farewell, farewell, note
from portrait_app.database.orders import count_up
from portrait_app.domain.cause import Cause
from portrait_app.domain.clock import now
from portrait_app.domain.order import OrderKind
from portrait_app.ports.mailer import MailNotTaken
from portrait_app.services import leftovers, naming, vanished, versions
from portrait_app.services.pace import Call, turn
from portrait_app.services.versions import NotYetGone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.report import JobReport
    from portrait_app.services.mails import Postman
    from portrait_app.services.work import Desk

log = structlog.get_logger()

ADDRESS_KEPT = timedelta(days=7)  # at most, while no mail server takes the receipt
ASKED_FOR_S = 300.0  # by far sooner than a chore is broken off (`jobs/tasks`), and the receipt with it
UNKNOWN_SINCE = ", unknown there since "
MADE = ", which made "  # one of those that follow: it doesn't say which
OR = " or "
NAMELESS = "doubtful jobs of people who have left"
ALL_GONE = "The portrait engine has confirmed that it has nothing of it any more."
NOT_CONFIRMED = (
    "One thing is open, and you should know it: the portrait engine has not confirmed yet that it deleted what it had. "
    "The studio goes on asking it, without knowing any more whose it was, and whoever runs the studio sees that it is "
    "open. Its names there are:\n\n{names}"
)
DOUBTFUL = (
    "You should know this: when something was ordered, the portrait engine's reply was lost, and nobody can say "
    "whether it took the order. What it may have made has no name to ask for. Whoever runs the studio sees that there "
    "is such an order."
)


@dataclass(frozen=True)
class Farewells:
    """Says farewell: whose it was is known by the address alone, and only until the receipt is sent."""

    desk: Desk
    gateway: Gateway
    postman: Postman

    async def say(self, _: UUID, farewell_id: UUID) -> None:
        """Send the receipt, and ask the engine about what it had not confirmed. Both ids are the farewell's.

        Raises:
            NotYetGone: something is there still. MailNotTaken: no mail server took the receipt.
        """
        async with self.desk.for_nobody(Role.SERVICE) as session:
            found = await farewell(session, farewell_id)
        if found is None:
            return
        doubts = [what for what in found.still_there if what == leftovers.IN_DOUBT]  # nobody can ask about those
        still_there = await self._ask(found)
        try:
            await self._send_receipt(farewell_id, found, still_there, has_doubts=bool(doubts))
        except MailNotTaken:  # whoever runs the studio sees all the same what is gone
            async with self.desk.for_nobody(Role.SERVICE) as session:
                await note(session, farewell_id, [*still_there, *doubts], is_said=False)
            raise
        async with self.desk.for_nobody(Role.SERVICE) as session:
            await note(session, farewell_id, still_there, is_said=True)
            for _doubt in doubts:
                await count_up(session, NAMELESS)
        if still_there:
            raise NotYetGone(f"{len(still_there)} things", now() - found.created_at)

    async def _ask(self, found: Farewell) -> list[str]:
        """Ask about all that has a name; return what is there still.

        It comes first: a mail server that is away for days holds nothing up, and the receipt says how it stands when it
        is sent. An engine that hangs delays that by little.
        """
        left: list[str | None] = [what for what in found.still_there if what != leftovers.IN_DOUBT]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ASKED_FOR_S):
                for number in random.sample(range(len(left)), len(left)):  # where it hangs at one, others have a turn
                    left[number] = await self._left_of(str(left[number]), found)
        return [what for what in left if what is not None]

    async def _send_receipt(
        self, farewell_id: UUID, found: Farewell, still_there: Sequence[str], *, has_doubts: bool
    ) -> None:
        if found.address is None:
            return
        more = [DOUBTFUL] if has_doubts else []
        if still_there:
            names = [what.partition(MADE)[0] for what in still_there]  # what follows may be somebody else's
            more.append(NOT_CONFIRMED.format(names="\n".join(names)))
        try:
            await self.postman.send_receipt(found.address, farewell_id, "\n\n".join(more) or ALL_GONE)
        except MailNotTaken:
            if now() - found.created_at < ADDRESS_KEPT:
                raise
            log.warning("mail.given_up", kind="left")

    async def _left_of(self, what: str, found: Farewell) -> str | None:
        """Ask the engine once; None when it is gone. What could not be asked or confirmed is there still."""
        known, _, since = what.partition(UNKNOWN_SINCE)
        named, _, listed = known.partition(MADE)
        seen = await naming.nobodys(self.desk, set(listed.split(OR)) - {""})  # whose it is may be known only by now
        known = _said(named, seen)
        kind, _, rest = named.partition(" ")
        name, _, account = rest.partition(" at ")
        try:
            # To another account it looks as if it were gone.
            if not await vanished.is_ours(self.desk, self.gateway, account or None):
                return known
            made = await self._see_off(kind, name, seen, now() - found.created_at)
        except JobVanished:  # a bad minute says so too
            moment = datetime.fromisoformat(since) if since else now()
            is_believed = now() - moment >= vanished.BELIEVED_AFTER
            return None if is_believed else f"{named}{UNKNOWN_SINCE}{moment.isoformat(timespec='seconds')}"
        except (EngineError, NotYetGone) as error:
            log.info("farewell.not_yet", what=what, why=type(error).__name__)
            return known
        return _said(named, made) if made else None

    async def _see_off(self, kind: str, name: str, seen: set[str], asked_ago: timedelta) -> set[str]:
        if kind == "version":
            await versions.delete(self.desk, self.gateway, name, asked_ago)
        elif kind == "file":
            await self.gateway.delete_file(name)
        elif kind == "job":
            return await self._end_job(name, seen, asked_ago)
        return set()

    async def _end_job(self, job_id: str, seen: set[str], asked_ago: timedelta) -> set[str]:
        """See that a job that was given up has ended, and delete what it made all the same.

        Args: seen: the face models of which one is what it made, as they were listed.
        Returns: those of which one may be there still; none: it is gone.
        Raises: NotYetGone: it runs, or none of its time was ever listed. JobVanished, EngineError.
        """
        try:
            report = await self._ended(job_id, asked_ago)
        except JobVanished:
            if not seen:
                raise
            return await self._still_there(seen)
        if report.cause is Cause.UNNAMED:
            return await self._of_its_time(report, seen, asked_ago)
        if not report.version:  # nor did it make one, it says; but of one job the engine says now this, now that
            return await self._still_there(seen)
        try:
            await versions.delete(self.desk, self.gateway, report.version, asked_ago)
        except NotYetGone:  # in time the job may say no more which it made, and the list may leave that out first
            return {report.version}
        return set()

    async def _ended(self, job_id: str, asked_ago: timedelta) -> JobReport:
        async with turn(self.desk, Call.ASK):
            report = await self.gateway.look_at(OrderKind.TRAINING, job_id)
        if not report.status.is_final:
            async with turn(self.desk, Call.ASK):
                await self.gateway.cancel(OrderKind.TRAINING, job_id)
            raise NotYetGone(f"job {job_id} was still running", asked_ago)
        return await naming.named(self.desk, self.gateway, report)

    async def _of_its_time(self, report: JobReport, seen: set[str], asked_ago: timedelta) -> set[str]:
        """Do the same for a job that doesn't say what it made: it is gone once each is that was listed of its time."""
        listed = await naming.of_its_time(self.desk, self.gateway, report)
        if listed:
            return seen | listed
        if seen:  # nor may it ever be known again what was of its time: the list shows the newest
            return await self._still_there(seen)
        raise NotYetGone(f"job {report.job_id} made a face model and doesn't say which", asked_ago)

    async def _still_there(self, seen: set[str]) -> set[str]:
        """Ask by their names, which lead to them wherever face models go by now."""
        return {each for each in seen if not await versions.is_gone(self.desk, self.gateway, each)}


def _said(named: str, made: set[str]) -> str:
    return f"{named}{MADE}{OR.join(sorted(made))}" if made else named
