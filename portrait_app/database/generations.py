"""Queries about orders of portraits and the portraits themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from portrait_app.database.shelf import Shelf
from portrait_app.domain.generation import Asset, Generation
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

UNFINISHED = (GenerationStatus.QUEUED, GenerationStatus.PAINTING)


class Generations(Shelf[Generation]):
    """Orders of portraits, newest first."""

    row = Generation

    async def unfinished(self) -> Sequence[Generation]:
        """Return those that still bring portraits."""
        query = select(Generation).where(col(Generation.status).in_(UNFINISHED)).order_by(col(Generation.id).desc())
        return (await self.session.scalars(query)).all()

    async def of_training(self, training_id: UUID) -> Sequence[Generation]:
        """Return those made from one face model."""
        query = select(Generation).where(col(Generation.training_id) == training_id).order_by(col(Generation.id).desc())
        return (await self.session.scalars(query)).all()


class Assets(Shelf[Asset]):
    """Portraits, newest first."""

    row = Asset

    async def of(self, generation_id: UUID) -> Sequence[Asset]:
        """Return the portraits of one order, in their order."""
        query = select(Asset).where(col(Asset.generation_id) == generation_id).order_by(col(Asset.position))
        return (await self.session.scalars(query)).all()

    async def page(self, *, before: UUID | None = None, limit: int = 30) -> Sequence[Asset]:
        """Return a page of the gallery: portraits kept or still to come, older than `before`.

        Ids are in the order of time, so the key of the last one seen is where the next page begins, however many
        arrive meanwhile.
        """
        query = select(Asset).where(col(Asset.status) != AssetStatus.LOST)
        if before is not None:
            query = query.where(col(Asset.id) < before)
        return (await self.session.scalars(query.order_by(col(Asset.id).desc()).limit(limit))).all()
