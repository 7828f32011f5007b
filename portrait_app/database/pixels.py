"""Which pictures in the bucket a row names, or may still come to name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import literal, union_all
from sqlmodel import col, or_, select

from portrait_app.domain.export import Export, ExportStatus
from portrait_app.domain.generation import Asset
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.domain.selfie import Selfie, SelfieStatus

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

UPLOADS, PHOTOS, PORTRAITS, EXPORTS = "incoming", "selfies", "portraits", "exports"


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
