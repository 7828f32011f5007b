"""Taking everything away: a ZIP is asked for, made by a chore, kept for some days and deleted."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import IntegrityError

from portrait_app.adapters.buckets.errors import BucketDown, BucketFull, ObjectTooLarge
from portrait_app.database.pixels import EXPORTS
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.export import KEPT_FOR, Export, ExportStatus
from portrait_app.domain.mail import MailKind
from portrait_app.errors import NotFound, PortraitError
from portrait_app.services import belongings, fresh, limits, mails
from portrait_app.services.packing import packed

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.ports.bucket import Links
    from portrait_app.services.belongings import Belongings
    from portrait_app.services.sessions import Someone
    from portrait_app.services.work import Desk, Work

log = structlog.get_logger()

DOWNLOAD_PATH, ROOM = "/export/download", "/you/data"
MOST_BYTES = 256 * 1024**3
GIVEN_UP_AFTER = timedelta(hours=6)
WAITS_FOR_PICTURES = timedelta(minutes=10)  # that are made and wait for a place: they come a minute after there is one
SAY_AGAIN_S = 1.0
NOT_MADE = "It could not be made, and that is our fault. Everything you have is safe; please try again."


class BeingMade(PortraitError):
    """One is on its way already."""

    headline = "It is being made already"
    hint = "You can leave this page; it is here when it is ready."


class NothingToDownload(PortraitError):
    """There is no export, or its time is over."""

    headline = "There is nothing to download any more"
    hint = f"Each export is kept for {KEPT_FOR.days} days, then deleted. Ask for a new one; your pictures are safe."


class _NotWanted(Exception):
    """The person has deleted the export that is being made."""


async def ask(desk: Desk, someone: Someone) -> None:
    """Ask for a ZIP with everything; the one before is deleted.

    Raises:
        NotFresh: the person signed in some time ago.
        BeingMade: one is on its way.
        TooManyTries: there were enough for now.
    """
    async with desk.for_person(someone.owner_id) as work:
        await fresh.require(work, someone)
        newest = await work.exports.newest()
    if newest is not None and newest.status is ExportStatus.MAKING:
        raise BeingMade(str(newest.id))
    await limits.take(desk, limits.EXPORT_OF_PERSON, str(someone.owner_id))
    try:
        async with desk.for_person(someone.owner_id) as work:
            await fresh.require(work, someone)
            await forget(work)
            export = work.exports.add(Export(owner_id=work.owner_id))
            work.later(Chore.MAKE_EXPORT, export.id)
            await work.tell("export", export.id)
    except IntegrityError as error:
        if "exports_one_under_way" not in str(error.orig):
            raise
        raise BeingMade("asked for twice at once") from None


async def forget(work: Work) -> None:
    """Delete what was exported, and call off what is being packed. The file goes by a chore; no link opens it now."""
    for export in await work.exports.all():
        await work.exports.remove(export)
        await work.tell("export", export.id)
        work.later(Chore.FORGET_EXPORT, export.id)
    await work.session.flush()


async def to_download(desk: Desk, someone: Someone) -> tuple[Export, Links]:
    """Return the export that can be downloaded, having seen that its file is there, and what makes links to it.

    Raises:
        NotFresh: the person signed in some time ago.
        NothingToDownload: there is none, or none any more.
        BucketDown: it can't be reached just now.
    """
    async with desk.for_person(someone.owner_id) as work:
        await fresh.require(work, someone)
        export = await work.exports.newest()
        if export is None or export.status is not ExportStatus.READY or await work.exports.is_over(export):
            raise NothingToDownload(str(export and export.status))
        links = await work.links()
    key = key_of(export)  # looked for in no transaction (`walls.IDLE_AT_MOST`)
    bucket = desk.buckets.of(someone.owner_id)
    if [stored.key for stored in await bucket.page(after=key[:-1], most=1)] != [key]:
        raise NothingToDownload(f"{key} is not there")
    return export, links


async def make(desk: Desk, owner_id: UUID, export_id: UUID) -> None:
    """Pack the ZIP straight into the bucket. It may be killed at any moment and begun anew.

    Raises:
        Exception: it could not be packed now, but may be in a moment.
    """
    async with desk.for_person(owner_id) as work:
        export = await work.exports.find(export_id)
        if export is None or export.status is not ExportStatus.MAKING:
            return
        if await work.held_pictures.ids() and now() - export.created_at < WAITS_FOR_PICTURES:
            raise BucketDown(f"{export_id} waits for pictures that have no place yet")
        found = await belongings.read(work)
    try:
        size = await _pack(desk, export, found)
    except _NotWanted:
        return
    except (BucketFull, ObjectTooLarge) as error:
        await _fail(desk, export, f"{error.headline}. {error.hint}", error)
    except Exception as error:  # whatever it is: its chore tries again, until that has taken too long
        if now() - export.created_at < GIVEN_UP_AFTER:
            raise
        await _fail(desk, export, NOT_MADE, error)
    else:
        await _finish(desk, export, size)


async def forget_over(desk: Desk, owner_id: UUID, export_id: UUID) -> None:
    """Delete the file of an export that was deleted, or whose time is over: then the line stays and says so."""
    async with desk.for_service(owner_id) as work:
        export = await work.exports.find(export_id)
        if export and (export.status is not ExportStatus.READY or not await work.exports.is_over(export)):
            return
    await desk.buckets.of(owner_id).delete(_key(owner_id, export_id))  # no transaction waits for it
    async with desk.for_service(owner_id) as work:
        export = await work.exports.find(export_id, lock=True)
        if export is not None and export.status is ExportStatus.READY:
            export.status = ExportStatus.GONE
            await work.tell("export", export.id)


async def _pack(desk: Desk, export: Export, found: Belongings) -> int:
    """Pack and say how far it is, at most once a second. Return the bytes."""
    said_at = 0.0

    async def note(done: int) -> None:
        nonlocal said_at
        if time.monotonic() - said_at < SAY_AGAIN_S:
            return
        said_at = time.monotonic()
        async with desk.for_service(export.owner_id) as work:
            row = await work.exports.find(export.id, lock=True)
            if row is None:
                raise _NotWanted
            row.done, row.total = done, len(found.files)
            await work.tell("export", export.id)

    bucket = desk.buckets.of(export.owner_id)
    chunks = packed(bucket, found, note)
    return await bucket.put(key_of(export), chunks, max_bytes=MOST_BYTES)


async def _finish(desk: Desk, export: Export, size: int) -> None:
    async with desk.for_service(export.owner_id) as work:
        row = await work.exports.find(export.id, lock=True)
        if row is not None:
            if row.status is not ExportStatus.MAKING:  # another worker was faster
                return
            row.status, row.bytes = ExportStatus.READY, size
            row.ready_at, row.expires_at = now(), now() + KEPT_FOR
            row.done = row.total
            await mails.write(work, MailKind.EXPORT_READY, await work.accounts.email())
            await work.tell("export", export.id)
    if row is None:  # deleted while we packed
        await desk.buckets.of(export.owner_id).delete(key_of(export))
        return
    log.info("export.ready", export=str(export.id), bytes=size)


async def _fail(desk: Desk, export: Export, trouble: str, error: Exception) -> None:
    log.warning("export.failed", export=str(export.id), why=type(error).__name__)
    async with desk.for_service(export.owner_id) as work:
        row = await work.exports.find(export.id, lock=True)
        if row is not None and row.status is ExportStatus.MAKING:
            row.status, row.trouble = ExportStatus.FAILED, trouble
            await work.tell("export", export.id)


def key_of(export: Export) -> str:
    """Return where the ZIP lies in the bucket. It is no column: nothing that is written there leads elsewhere."""
    return _key(export.owner_id, export.id)


def name_of(export: Export) -> str:
    """Return what the ZIP is called where it is saved.

    Raises:
        NotFound: it isn't ready.
    """
    if export.ready_at is None:
        raise NotFound(str(export.id))
    return f"portrait-studio-{export.ready_at:%Y-%m-%d}.zip"


def _key(owner_id: UUID, export_id: UUID) -> str:
    return f"u/{owner_id}/{EXPORTS}/{export_id}.zip"
