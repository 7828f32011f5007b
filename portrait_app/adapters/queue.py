"""Chores as procrastinate jobs, kept in the same Postgres as the rows they are about."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from procrastinate import App, PsycopgConnector

from portrait_app.database.address import Role
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import was_set_back

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.database.address import Address

# What a person is waiting for on the screen goes first.
PRIORITY = {
    Chore.EXAMINE_SELFIE: 20,
    Chore.SEND_ORDER: 30,
    Chore.CALL_OFF: 40,
    Chore.SEND_MAIL: 50,
    Chore.KEEP_ASSET: 10,
    Chore.REMOVE_MODEL: 5,
    Chore.TIDY_ORDER: 0,
    Chore.MAKE_EXPORT: 0,
    Chore.FORGET_EXPORT: 10,
    Chore.LEAVE: 0,
    Chore.SAY_FAREWELL: 0,
    Chore.PURGE_PORTRAIT: 0,
    Chore.PURGE_MODEL: 0,
    Chore.FORGET_PHOTOS: 0,
    Chore.FORGET_PIXELS: 0,
}
# Hands of their own for each queue: an engine that hangs holds up what is asked of it and nothing else, nor does a
# mail server. Photos come without end when somebody's are removed and sent anew: portraits, which the engine forgets
# after an hour, don't wait for them.
AT_ENGINE, BY_MAIL, PHOTOS, HERE, PACKING = "engine", "mail", "photos", "here", "packing"
QUEUE = {
    Chore.EXAMINE_SELFIE: PHOTOS,
    Chore.SEND_ORDER: AT_ENGINE,
    Chore.CALL_OFF: AT_ENGINE,
    Chore.SEND_MAIL: BY_MAIL,
    Chore.KEEP_ASSET: HERE,
    Chore.REMOVE_MODEL: AT_ENGINE,
    Chore.TIDY_ORDER: AT_ENGINE,
    Chore.MAKE_EXPORT: PACKING,
    Chore.FORGET_EXPORT: HERE,
    Chore.LEAVE: AT_ENGINE,
    Chore.SAY_FAREWELL: AT_ENGINE,
    Chore.PURGE_PORTRAIT: HERE,
    Chore.PURGE_MODEL: HERE,
    Chore.FORGET_PHOTOS: HERE,
    Chore.FORGET_PIXELS: HERE,
}
_FORGET = "DELETE FROM procrastinate_jobs WHERE args->>'owner_id' = %(owner_id)s AND status <> 'doing'"
_STILL_TO_END = ("todo", "doing")
# What was written down later than now was written down before the clock was set back. When it is to be done is an event
# as well, and may lie ahead. A chore is made due once: from then on it waits by the new clock, as long as it should.
_DUE = (
    "WITH early AS (UPDATE procrastinate_events SET at = now() "
    "WHERE type <> 'scheduled' AND at > now() + interval '1 minute' RETURNING job_id) "
    "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE id IN (SELECT job_id FROM early) "
    "AND status = 'todo' AND scheduled_at > now() + interval '1 minute'"
)
# Until a worker hears of the new clock (`database/clock`) it puts off by the old one, and its events say the new time.
_PUT_OFF_BEFORE = (
    "UPDATE procrastinate_jobs SET scheduled_at = now() "
    "WHERE status = 'todo' AND scheduled_at > now() + interval '1 minute'"
)
HEARD_OF_IT = timedelta(seconds=10)  # what was in hand then has been put off
_SEEN = "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE last_heartbeat > now() + interval '1 minute'"


def jobs_app(address: Address) -> App:
    """Return procrastinate's app on the jobs' own schema, signed in as the role that may enter it."""
    conninfo = address.conninfo(Role.SERVICE)
    kwargs = {"options": "-c search_path=jobs"}
    return App(connector=PsycopgConnector(conninfo=conninfo, kwargs=kwargs, max_size=12))


class JobQueue:
    """`ports.queue.Queue` by procrastinate; the app must be open."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def put_off(self, chore: Chore, owner_id: UUID, row_id: UUID) -> None:
        """Write a chore down, unless it waits or is being done; one of a kind runs per row.

        Procrastinate's queueing lock would also refuse to take back a chore that failed or whose worker died while its
        double waits, and then neither is ever done. Two that come in the same instant run one after the other.
        """
        name = f"{chore.value}:{row_id}"
        known = await self.app.job_manager.list_jobs_async(lock=name)
        if any(job.status in _STILL_TO_END for job in known):
            return
        job = self.app.configure_task(chore.value, queue=QUEUE[chore], lock=name, priority=PRIORITY[chore])
        await job.defer_async(owner_id=str(owner_id), row_id=str(row_id))

    async def forget(self, owner_id: UUID) -> None:
        """Forget a person's chores, but for those that are being done: they find nothing, and end."""
        await self.app.connector.execute_query_async(_FORGET, owner_id=str(owner_id))

    async def go_by_its_clock(self) -> None:
        """Have no chore wait, and no dead worker pass for alive, for as long as the database's clock was set back."""
        for statement in (_DUE, _SEEN):
            await self.app.connector.execute_query_async(statement)
        if was_set_back(HEARD_OF_IT):
            await self.app.connector.execute_query_async(_PUT_OFF_BEFORE)
