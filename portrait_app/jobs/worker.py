"""The worker process: does chores, and every moment asks after jobs and forgotten work."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import cv2
import structlog
from procrastinate.exceptions import ConnectorException
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portrait_app import logs
from portrait_app.adapters.queue import AT_ENGINE, BY_MAIL, HERE, PACKING, PHOTOS, PRIORITY, QUEUE, JobQueue
from portrait_app.database.address import Role
from portrait_app.database.called_off import call_off
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.jobs import tasks
from portrait_app.jobs.deaths import BEGINS_ANEW, lately
from portrait_app.services import admitting, inbox, purging, reconcile, sweep
from portrait_app.settings import Settings
from portrait_app.wiring import open_workshop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from procrastinate import App

    from portrait_app.services.work import Desk
    from portrait_app.wiring import Workshop

log = structlog.get_logger()

# Chores side by side in each queue. Calls and fetches take no core; pixels do, and have lanes of their own.
AT_ONCE = {AT_ENGINE: 4, BY_MAIL: 2, PHOTOS: 4, HERE: 4, PACKING: 1}
HEARTBEAT_S = 2.0
STALLED_AFTER_S = 8.0
HOUR_S = 3600.0
MOST_DEATHS = 3  # of workers over one photo before its last one: a fifth within a minute would end the studio
APART_S = 4.0
SUSPECT_WAITS_S = 60.0  # within which five deaths of a worker end the studio (`house/child`)
DEATHS_AT_ONCE, PHOTOS_WAIT_S = 2, 20.0  # the third, fourth and fifth come a minute after the first at the soonest
ANSWER_LASTS_S = 10.0  # the database's, to the simplest question
# For what is in hand when it ends: sooner than it is killed (`house/child`), and whoever follows it has work to do.
FINISHED_WITHIN_S = 8.0
ENDED_WITHIN_S = 20.0  # with the listeners' end and all that is written down; of what hangs by then nothing is finished


def main() -> int:
    """Run until told to stop."""
    logs.set_up()
    # Pictures are worked on side by side in threads: OpenCV's own threads would only fight them for the cores, and
    # both stand back when the web process has something to answer.
    cv2.setNumThreads(1)
    os.nice(5)
    return asyncio.run(run(Settings.read()))


async def run(settings: Settings) -> int:
    """Work until SIGTERM or SIGINT, then finish what is in hand and soon done; the rest is done anew by who follows.

    Returns: the exit code.
    """
    async with open_workshop(settings) as workshop:
        tasks.register(workshop.jobs, workshop)
        working = begin(workshop.jobs, photos_after_s=await wait_with_photos_s(workshop.jobs))
        is_another_database = asyncio.Event()
        rounds = [asyncio.create_task(every(one)) for one in rounds_of(workshop)]
        rounds.append(asyncio.create_task(_watch_database(workshop.desk, is_another_database)))
        await _time_to_end(working, is_another_database)
        for task in working:
            task.cancel()
        await call_off(*rounds)
        await asyncio.wait(working, timeout=ENDED_WITHIN_S)
        await call_off(*working)
        return BEGINS_ANEW if is_another_database.is_set() else 0


@dataclass(frozen=True)
class Round:
    """Something that is done again and again.

    Attributes:
        pause_s: from the end of one round to the next.
        lasts_s: at most, whatever hangs: a round that takes longer is broken off, and what it left is the next one's.
    """

    pause_s: float
    lasts_s: float
    do: Callable[[], Awaitable[object]]


def rounds_of(workshop: Workshop) -> list[Round]:
    """Say what a worker does besides chores. Each round takes up what is left of the one before it."""
    desk, gateway = workshop.desk, workshop.gateway
    asked: dict[UUID, int] = {}
    return [
        Round(0.5, 120, lambda: reconcile.look_at_orders(desk, gateway, asked)),
        Round(3.0, 60, lambda: reconcile.remember_chores(desk)),
        Round(30.0, 60, lambda: purging.put_off_what_is_due(desk)),
        Round(HOUR_S, HOUR_S, lambda: sweep.sweep(desk)),  # a bucket may be large
        Round(HOUR_S, 300, lambda: inbox.clear(desk)),
        Round(HOUR_S, 60, lambda: admitting.forget(desk)),
        Round(HOUR_S, 60, workshop.mailer.forget_old),  # a receipt goes although nobody sends another mail
        Round(2.0, 30, lambda: _take_over_from_the_dead(workshop)),
    ]


async def wait_with_photos_s(app: App) -> float:
    """Return how many seconds photos must wait in a worker that was started in the place of several that died.

    While photos are about over or beside which workers died, so that however many are deadly, no five of them end
    the studio within its minute. Portraits are fetched meanwhile, and what is done at the engine and by mail goes on.
    """
    if lately() < DEATHS_AT_ONCE:
        return 0.0
    try:
        photos = await app.job_manager.list_jobs_async(task=Chore.EXAMINE_SELFIE)
    except ConnectorException:  # the database is away, and may be why so many ended: nothing is known of photos
        return 0.0
    usual = PRIORITY[Chore.EXAMINE_SELFIE]
    is_suspect = any(job.status == "doing" or (job.status == "todo" and job.priority < usual) for job in photos)
    return PHOTOS_WAIT_S if is_suspect else 0.0


def begin(app: App, *, photos_after_s: float = 0.0) -> list[asyncio.Task[None]]:
    """Begin to do chores, each queue with as many hands as it has; a task that is cancelled ends what it has begun."""
    waits = {PHOTOS: photos_after_s}
    return [asyncio.create_task(_do(app, queue, waits.get(queue, 0.0))) for queue in AT_ONCE]


async def _do(app: App, queue: str, after_s: float) -> None:
    await asyncio.sleep(after_s)
    await app.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=AT_ONCE[queue],
        install_signal_handlers=False,
        shutdown_graceful_timeout=FINISHED_WITHIN_S,
        update_heartbeat_interval=HEARTBEAT_S,
        stalled_worker_timeout=STALLED_AFTER_S,
        fetch_job_polling_interval=2.0,
        delete_jobs="successful",
    )


async def _time_to_end(working: list[asyncio.Task[None]], is_another_database: asyncio.Event) -> None:
    """Wait until told to stop, or until the database was restarted or lost for a while.

    A chore that ended meanwhile could not be written down as ended, and looks as if it still ran here. A worker that
    begins anew is another one, and takes over whatever this one seems to be doing.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    waiting = [asyncio.create_task(event.wait()) for event in (stop, is_another_database)]
    await asyncio.wait([*waiting, *working], return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    for one in working:
        if one.done():
            one.result()  # a worker that ended by itself says why


async def every(one: Round) -> None:
    """Do it for ever; a failure is said and waits for the next round."""
    while True:
        try:
            async with asyncio.timeout(one.lasts_s):
                await one.do()
        except Exception:  # of whatever kind: else nothing of the sort would be done any more
            log.warning("worker.round_failed", exc_info=True)
        await asyncio.sleep(one.pause_s)


async def _watch_database(desk: Desk, is_another: asyncio.Event) -> None:
    """Set the event once the database answers again after it did not, or has been restarted unseen."""
    known: datetime | None = None
    was_lost = False
    while True:
        try:
            async with asyncio.timeout(ANSWER_LASTS_S), desk.for_nobody(Role.SERVICE) as session:
                started = await session.scalar(text("SELECT pg_postmaster_start_time()"))
        except (SQLAlchemyError, OSError):  # the latter also when it took too long
            was_lost = True
        else:
            if was_lost or (known is not None and started != known):
                log.info("worker.begins_anew")
                is_another.set()
            known = started
        await asyncio.sleep(1.0)


async def _take_over_from_the_dead(workshop: Workshop) -> None:
    """Give jobs of a worker that was killed back to the queue.

    A photo whose examination ends its worker again and again is refused: it would end every one that comes after. Those
    that only were at work beside it are tried at different moments, so that each is soon done without it. One over
    which two have died is not tried again within the same minute, so that several such photos don't end the studio
    together; nor is a portrait, which may be as deadly. A job's attempts say nothing of deaths, since it was also tried
    again while a store was down: each death takes one from its priority, which also puts it behind those that were at
    work beside none. That is so where pixels are worked on. What was at the engine keeps its place: an order in the
    middle of its call, which may be paid for, would wait behind all that were never sent.
    """
    await JobQueue(workshop.jobs).go_by_its_clock()
    manager = workshop.jobs.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        deaths = PRIORITY[Chore(job.task_name)] - job.priority
        log.info("job.taken_over", job=job.id, task=job.task_name, attempts=job.attempts, deaths=deaths)
        with suppress(ConnectorException):  # one that can't be given back now must not keep the others
            works_on_pixels = QUEUE[Chore(job.task_name)] in (PHOTOS, HERE)
            is_over = job.task_name == Chore.EXAMINE_SELFIE and deaths >= MOST_DEATHS
            if is_over:
                await workshop.examiner.give_up(*(UUID(str(job.task_kwargs[name])) for name in ("owner_id", "row_id")))
            wait_s = random.uniform(0, APART_S)
            if works_on_pixels and deaths > 0 and not is_over:
                wait_s = SUSPECT_WAITS_S + wait_s * MOST_DEATHS
            retry_at = now() + timedelta(seconds=wait_s)
            await manager.retry_job(job, retry_at=retry_at, priority=job.priority - works_on_pixels)
