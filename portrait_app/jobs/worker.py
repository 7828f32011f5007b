"""The worker process: does chores, and every moment asks after jobs and forgotten work."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import cv2
import structlog

from portrait_app import logs
from portrait_app.jobs import tasks
from portrait_app.services import reconcile
from portrait_app.settings import Settings
from portrait_app.wiring import open_workshop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from procrastinate import App

log = structlog.get_logger()

AT_ONCE = 4  # chores side by side: pixels take one core each, calls and fetches take none
HEARTBEAT_S = 2.0
STALLED_AFTER_S = 8.0


def main() -> int:
    """Run until told to stop."""
    logs.set_up()
    # Pictures are worked on side by side in threads: OpenCV's own threads would only fight them for the cores, and
    # both stand back when the web process has something to answer.
    cv2.setNumThreads(1)
    os.nice(5)
    asyncio.run(run(Settings.read()))
    return 0


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, then finish what is in hand."""
    async with open_workshop(settings) as workshop:
        tasks.register(workshop.jobs, workshop)
        working = asyncio.create_task(
            workshop.jobs.run_worker_async(
                concurrency=AT_ONCE,
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=STALLED_AFTER_S,
                fetch_job_polling_interval=2.0,
                delete_jobs="successful",
            )
        )
        rounds = [
            asyncio.create_task(_every(0.5, lambda: reconcile.look_at_orders(workshop.desk, workshop.gateway))),
            asyncio.create_task(_every(3.0, lambda: reconcile.remember_chores(workshop.desk))),
            asyncio.create_task(_every(2.0, lambda: _take_over_from_the_dead(workshop.jobs))),
        ]
        await _told_to_stop(working)
        for task in (*rounds, working):
            task.cancel()
        await asyncio.gather(*rounds, working, return_exceptions=True)


async def _told_to_stop(working: asyncio.Task[None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({waiting, working}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if working.done():
        working.result()  # a worker that ended by itself says why


async def _every(pause_s: float, do: Callable[[], Awaitable[object]]) -> None:
    """Do something again and again; a failure is said and waits for the next round."""
    while True:
        with suppress(asyncio.TimeoutError):
            try:
                await do()
            except Exception:
                log.warning("worker.round_failed", exc_info=True)
        await asyncio.sleep(pause_s)


async def _take_over_from_the_dead(app: App) -> None:
    """Give jobs of a worker that was killed back to the queue."""
    manager = app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        log.info("job.taken_over", job=job.id, task=job.task_name)
        await manager.retry_job(job)
