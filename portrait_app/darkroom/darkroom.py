"""A darkroom with everything in its place: what the web server serves and the queue works with."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import fcntl
import secrets
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from portrait_app.darkroom.clock import now, stamp
from portrait_app.darkroom.compute import Compute
from portrait_app.darkroom.fetch import Fetcher
from portrait_app.darkroom.offers import OFFERS, OWNER
from portrait_app.darkroom.queue import Queue
from portrait_app.darkroom.recipes import Tools
from portrait_app.darkroom.retention import keep_sweeping
from portrait_app.darkroom.shelf import Shelf
from portrait_app.darkroom.store import Model, Store, Version
from portrait_app.darkroom.webhooks import Webhooks
from portrait_app.darkroom.wire import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path

    from portrait_app.darkroom.options import Options


log = structlog.get_logger()


class InUse(Exception):
    """Another darkroom works in this folder."""


@dataclass(frozen=True, slots=True)
class Darkroom:
    """The parts that a request may need.

    `work` never ends while all is well: it is what works through the queue and forgets what is old. When it ends, the
    darkroom should be ended and started again.
    """

    options: Options
    store: Store
    shelf: Shelf
    compute: Compute
    queue: Queue
    wire: Wire
    webhook_secret: str
    work: asyncio.Task[None]


@asynccontextmanager
async def open_darkroom(options: Options, base: str) -> AsyncGenerator[Darkroom]:
    """Open the folder, warm the engine up, take up unfinished work, and close it all again.

    Args: base: what links start with, as "http://127.0.0.1:8787".
    Raises: InUse; EngineError: the engine cannot start.
    """
    options.data.mkdir(parents=True, exist_ok=True)
    with _locked(options.data), contextlib.closing(Store(options.data / "darkroom.sqlite")) as store:
        shelf, wire = Shelf(options.data), Wire(base)
        shelf.discard_strays(file.id for file in store.files.all(stamp(now())))
        compute = Compute(options.engine, options.models)
        secret = store.secret("webhooks", lambda: f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}")
        webhooks = Webhooks(secret, wire.job, lambda job_id: store.jobs.change_final(job_id, is_told=True))
        queue = Queue(Tools(store, shelf, compute, webhooks, Fetcher(store, shelf, base)))
        _make_offers(store)
        work: asyncio.Task[None] | None = None
        try:
            await compute.start()
            for job in store.jobs.untold():
                webhooks.tell(job, "completed")
            work = asyncio.create_task(_work(queue, store, shelf))
            yield Darkroom(options, store, shelf, compute, queue, wire, secret, work)
        finally:
            if work:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
            await webhooks.close()
            await compute.close()


async def _work(queue: Queue, store: Store, shelf: Shelf) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(queue.run())
            group.create_task(keep_sweeping(store, shelf))
    except Exception:
        log.exception("work.ended")
        raise


@contextlib.contextmanager
def _locked(folder: Path) -> Generator[None]:
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUse(f"Another darkroom is working in {folder}. Stop it first, or choose another folder.") from error
        yield


def _make_offers(store: Store) -> None:
    moment = stamp(now())
    for full_name, offer in OFFERS.items():
        store.models.add(Model(OWNER, offer.name, "public", "cpu", offer.summary, moment))
        for version in store.models.versions(full_name):
            if version.id != offer.version:
                store.models.delete_version(version.id)
        store.models.add_version(Version(offer.version, full_name, moment))
