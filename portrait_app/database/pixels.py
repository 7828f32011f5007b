"""Which pictures in the bucket a row names, or may still come to name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, literal, union_all
from sqlmodel import col, or_, select

from portrait_app.domain.account import Account, Session
from portrait_app.domain.export import Export, ExportStatus
from portrait_app.domain.generation import Asset
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.domain.selfie import Selfie, SelfieStatus
from portrait_app.domain.training import Training

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

UPLOADS, PHOTOS, PORTRAITS, EXPORTS = "incoming", "selfies", "portraits", "exports"
_LAST_ENDED = select(func.max(col(Session.revoked_at)))
_HAS_LEFT = select(col(Account.id)).where(col(Account.leave_at) <= func.now()).exists()
_ASKED = {
    UPLOADS: select(col(Selfie.id), _LAST_ENDED.scalar_subquery()).join(
        Training, col(Training.id) == col(Selfie.training_id)
    ),
    PORTRAITS: select(col(Asset.id), _LAST_ENDED.scalar_subquery()),
    EXPORTS: select(col(Export.id), _LAST_ENDED.scalar_subquery()).where(
        col(Export.status) == ExportStatus.READY, func.coalesce(col(Export.expires_at) > func.now(), True)
    ),
}
_ASKED[PHOTOS] = _ASKED[UPLOADS]
_ID = {UPLOADS: Selfie.id, PHOTOS: Selfie.id, PORTRAITS: Asset.id, EXPORTS: Export.id}


async def turn_of_links(session: AsyncSession) -> str:
    """Return the turn of the links that the asker is given now: another one whenever a session of theirs was ended."""
    return _turn(await session.scalar(_LAST_ENDED))


async def turn_of_shown(session: AsyncSession, folder: str, row_id: UUID) -> str | None:
    """Return the same, when the row of an object is there to be seen; None when it isn't. One question for both.

    Nothing is to be seen of whoever's moment to leave has come, as no session of theirs opens anything from then on.
    """
    found = (await session.execute(_ASKED[folder].where(col(_ID[folder]) == row_id, ~_HAS_LEFT))).first()
    return None if found is None else _turn(found[1])


def _turn(ended: datetime | None) -> str:
    return f"{ended.timestamp():.6f}" if ended else ""


async def still_wanted(session: AsyncSession, ids: Collection[UUID]) -> set[tuple[str, UUID]]:
    """Return which of these rows have or will have pictures, as (folder of the bucket, row).

    An upload is wanted while its row names it; a picture when its row names it, and while it is being made.
    """
    wanted = union_all(
        select(literal(UPLOADS), col(Selfie.id)).where(col(Selfie.id).in_(ids), col(Selfie.incoming_key).is_not(None)),
        select(literal(PHOTOS), col(Selfie.id)).where(
            col(Selfie.id).in_(ids), or_(col(Selfie.key).is_not(None), col(Selfie.status) == SelfieStatus.EXAMINING)
        ),
        select(literal(PORTRAITS), col(Asset.id)).where(
            col(Asset.id).in_(ids), or_(col(Asset.key).is_not(None), col(Asset.status) != AssetStatus.LOST)
        ),
        select(literal(EXPORTS), col(Export.id)).where(
            col(Export.id).in_(ids), col(Export.status).in_((ExportStatus.MAKING, ExportStatus.READY))
        ),
    )
    return {(folder, row_id) for folder, row_id in await session.execute(wanted)}
