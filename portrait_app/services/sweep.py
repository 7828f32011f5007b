"""Deletes pictures that no row names: a process was killed between putting them into the bucket and saying so."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import structlog

from portrait_app.database.pixels import EXPORTS, PHOTOS, PORTRAITS, UPLOADS, still_wanted
from portrait_app.domain.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portrait_app.services.work import Desk

log = structlog.get_logger()

OLD_ENOUGH = timedelta(hours=24)  # by far longer than a row needs to follow its picture
PAGE = 500

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAMED_AFTER_A_ROW = re.compile(
    rf"u/({_UUID})/({UPLOADS}|{PHOTOS}|{PORTRAITS}|{EXPORTS})/({_UUID})(?:[-.][^/]*)?", re.ASCII
)


class _Picture(NamedTuple):
    """An object of the bucket, and what its key says of it. Keys of any other form are not ours to judge."""

    key: str
    folder: str
    row_id: UUID


async def sweep(desk: Desk) -> int:
    """Go through all buckets once, a page at a time. Return how many objects were deleted.

    Many may sweep at once; what was put less than a day ago stays, since its row may still be on its way.
    """
    await desk.buckets.discard_unfinished()
    deleted, after, before = 0, "", now() - OLD_ENOUGH
    while page := await desk.buckets.page(after=after, most=PAGE):
        after = page[-1].key
        old = [stored.key for stored in page if stored.written_at < before]
        for owner_id, pictures in _by_owner(old).items():
            deleted += await _sweep_of(desk, owner_id, pictures)
    if deleted:
        log.info("bucket.swept", deleted=deleted)
    return deleted


async def _sweep_of(desk: Desk, owner_id: UUID, pictures: list[_Picture]) -> int:
    """Ask in the owner's name which are wanted; an owner whose account is gone wants none."""
    async with desk.for_service(owner_id) as work:
        wanted = await still_wanted(work.session, {picture.row_id for picture in pictures})
    strays = [picture.key for picture in pictures if (picture.folder, picture.row_id) not in wanted]
    await desk.buckets.of(owner_id).delete(*strays)
    return len(strays)


def _by_owner(keys: Iterable[str]) -> dict[UUID, list[_Picture]]:
    found: defaultdict[UUID, list[_Picture]] = defaultdict(list)
    for key in keys:
        if said := _NAMED_AFTER_A_ROW.fullmatch(key):
            owner, folder, row = said.groups()
            found[UUID(owner)].append(_Picture(key, folder, UUID(row)))
    return found
