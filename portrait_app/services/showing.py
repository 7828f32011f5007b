"""Whether a picture may still be shown to whoever holds a link to it: its row is asked, each time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from portrait_app.database.pixels import EXPORTS, PHOTOS, PORTRAITS, UPLOADS
from portrait_app.domain.export import ExportStatus
from portrait_app.errors import NotFound
from portrait_app.services.thumbnails import WIDTHS_PX, small_key

if TYPE_CHECKING:
    from portrait_app.services.work import Desk, Work

UUID_LENGTH = 36


async def is_shown(desk: Desk, key: str) -> bool:
    """Whether the row that names this object is there for its owner, and doesn't lie in the Trash.

    A link that was made before something was deleted stops with it; one to a photo, with its face model; one to an
    export, with its time. Args: key: of a link that was verified.
    """
    _, owner, folder, *name = key.split("/")
    if folder not in (UPLOADS, PHOTOS, PORTRAITS, EXPORTS):
        return False
    try:
        row_id = UUID(name[0][:UUID_LENGTH])
    except (ValueError, IndexError):
        return False
    async with desk.for_person(UUID(owner)) as work:
        if folder == PORTRAITS:
            return await work.assets.find(row_id) is not None
        if folder == EXPORTS:
            export = await work.exports.find(row_id)
            if export is None or export.status is not ExportStatus.READY:
                return False
            return not await work.exports.is_over(export)
        photo = await work.selfies.find(row_id)
        return photo is not None and await work.trainings.find(photo.training_id) is not None


async def from_trash(work: Work, asset_id: UUID) -> bytes:
    """Return a small picture (WebP) of a portrait that lies in the Trash, for its owner alone.

    Raises:
        NotFound: there is no such portrait in this person's Trash.
    """
    portrait = await work.assets.find_in_trash(asset_id)
    if portrait is None or portrait.key is None:
        raise NotFound(f"portrait {asset_id} in the Trash")
    return await work.bucket.get(small_key(portrait.key, WIDTHS_PX[0]))
