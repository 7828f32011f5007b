"""Whether a picture may still be shown to whoever holds a link to it: its row is asked, each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from portrait_app.database.pixels import EXPORTS, PHOTOS, PORTRAITS, UPLOADS, turn_of_shown
from portrait_app.errors import NotFound
from portrait_app.services.thumbnails import WIDTHS_PX, small_key

if TYPE_CHECKING:
    from portrait_app.services.work import Desk

UUID_LENGTH = 36


class Shown(Protocol):
    """What of a verified link is asked about."""

    @property
    def key(self) -> str:
        """The object's."""
        ...

    @property
    def turn(self) -> str:
        """Of which turn it is (`ports.bucket`)."""
        ...


async def is_shown(desk: Desk, link: Shown) -> bool:
    """Whether the row that names this object is there for its owner, and doesn't lie in the Trash.

    A link that was made before something was deleted stops with it; one to a photo, with its face model; one to an
    export, with its time. All that were given before one of the owner's sessions was ended stop with that session:
    whoever sat there may have kept them, and the browsers that stay signed in are shown new ones at once.
    """
    _, owner, folder, *name = link.key.split("/")
    if folder not in (UPLOADS, PHOTOS, PORTRAITS, EXPORTS):
        return False
    try:
        row_id = UUID(name[0][:UUID_LENGTH])
    except (ValueError, IndexError):
        return False
    async with desk.for_person(UUID(owner)) as work:
        return await turn_of_shown(work.session, folder, row_id) == link.turn


async def from_trash(desk: Desk, owner_id: UUID, asset_id: UUID) -> bytes:
    """Return a small picture (WebP) of a portrait that lies in the Trash, for its owner alone.

    Raises:
        NotFound: there is no such portrait in this person's Trash.
    """
    async with desk.for_person(owner_id) as work:
        portrait = await work.assets.find_in_trash(asset_id)
    if portrait is None or portrait.key is None:
        raise NotFound(f"portrait {asset_id} in the Trash")
    # No transaction waits for the bucket (`walls.IDLE_AT_MOST`).
    return await desk.buckets.of(owner_id).get(small_key(portrait.key, WIDTHS_PX[0]))
