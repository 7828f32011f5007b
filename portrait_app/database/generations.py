"""Queries about orders of portraits and the portraits themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlmodel import col, delete, select

from portrait_app.database.shelf import Shelf
from portrait_app.database.trash import TrashableShelf
from portrait_app.domain.clock import now
from portrait_app.domain.generation import Asset, Generation, HeldPicture
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

UNFINISHED = (GenerationStatus.QUEUED, GenerationStatus.PAINTING)
COMING = (AssetStatus.PENDING, AssetStatus.FETCHING)


class Generations(Shelf[Generation]):
    """Orders of portraits, newest first."""

    row = Generation

    async def count(self) -> int:
        """Count all orders."""
        return (await self.session.scalars(select(func.count()).select_from(Generation))).one()

    async def unfinished(self) -> Sequence[Generation]:
        """Return those that still bring portraits."""
        query = select(Generation).where(col(Generation.status).in_(UNFINISHED)).order_by(col(Generation.id).desc())
        return (await self.session.scalars(query)).all()

    async def unfinished_of(self, training_id: UUID) -> Sequence[Generation]:
        """Return those of one face model that still bring portraits."""
        return [generation for generation in await self.unfinished() if generation.training_id == training_id]

    async def troubles_of(self, generation_ids: Collection[UUID]) -> Sequence[str]:
        """Return what is said of these where portraits are missing, each thing once."""
        query = select(Generation.trouble).where(col(Generation.id).in_(generation_ids))
        found = (await self.session.scalars(query.order_by(col(Generation.id).desc()))).all()
        return list(dict.fromkeys(trouble for trouble in found if trouble))

    async def ends_of_first_set(self, training_id: UUID) -> set[GenerationStatus]:
        """Return how the orders of a face model's first set stand."""
        query = select(Generation).where(col(Generation.training_id) == training_id, col(Generation.is_first_set))
        return {each.status for each in await self.session.scalars(query)}

    async def last_chosen(self) -> Generation | None:
        """Return the last one that the person ordered; a first set orders itself."""
        query = select(Generation).where(col(Generation.is_first_set).is_(False)).order_by(col(Generation.id).desc())
        return (await self.session.scalars(query.limit(1))).first()


class Assets(TrashableShelf[Asset]):
    """Portraits, newest first."""

    row = Asset

    async def of(self, generation_id: UUID) -> Sequence[Asset]:
        """Return the portraits of one order, in their order."""
        query = select(Asset).where(col(Asset.generation_id) == generation_id).order_by(col(Asset.position))
        return (await self.session.scalars(query)).all()

    async def page(
        self,
        *,
        before: UUID | None = None,
        training_id: UUID | None = None,
        style: str | None = None,
        limit: int = 30,
    ) -> Sequence[Asset]:
        """Return a page of the gallery: portraits kept or still to come, older than `before`.

        Ids are in the order of time, so the key of the last one seen is where the next page begins, however many
        arrive meanwhile. `training_id` and `style` narrow it to one face model, one style or both.
        """
        query = select(Asset).where(col(Asset.status) != AssetStatus.LOST)
        if before is not None:
            query = query.where(col(Asset.id) < before)
        if training_id is not None:
            query = query.where(col(Asset.training_id) == training_id)
        if style is not None:
            query = query.where(col(Asset.style) == style)
        return (await self.session.scalars(query.order_by(col(Asset.id).desc()).limit(limit))).all()

    async def count_since(self, oldest: UUID) -> int:
        """Count the portraits of the gallery from the newest to `oldest`, itself included."""
        query = select(func.count()).where(col(Asset.status) != AssetStatus.LOST, col(Asset.id) >= oldest)
        return (await self.session.scalars(query)).one()

    async def latest(self, *, limit: int) -> Sequence[Asset]:
        """Return what was ordered last, also what came to nothing."""
        return (await self.session.scalars(select(Asset).order_by(col(Asset.id).desc()).limit(limit))).all()

    async def coming(self) -> Sequence[Asset]:
        """Return all that are still being made or fetched, however many are newer."""
        query = select(Asset).where(col(Asset.status).in_(COMING)).order_by(col(Asset.id).desc())
        return (await self.session.scalars(query)).all()

    async def samples(self) -> Sequence[Asset]:
        """Return the newest kept portrait of each face model in each style."""
        each = (col(Asset.training_id), col(Asset.style))
        query = select(Asset).ext(distinct_on(*each)).where(col(Asset.status) == AssetStatus.KEPT)
        return (await self.session.scalars(query.order_by(*each, col(Asset.id).desc()))).all()

    async def count_kept_of(self, training_id: UUID) -> int:
        """Count the kept portraits of one face model."""
        query = select(func.count()).where(col(Asset.training_id) == training_id)
        return (await self.session.scalars(query.where(col(Asset.status) == AssetStatus.KEPT))).one()

    async def kept(self) -> tuple[int, int]:
        """Return how many portraits are kept, and the bytes of their originals together."""
        query = select(func.count(), func.coalesce(func.sum(Asset.bytes), 0)).where(
            col(Asset.status) == AssetStatus.KEPT
        )
        count, size = (await self.session.execute(query)).one()
        return count, size

    async def unkept_of(self, ids: Collection[UUID]) -> int:
        """Count those of these that are no picture yet, or never became one."""
        query = select(func.count()).where(col(Asset.id).in_(ids), col(Asset.status) != AssetStatus.KEPT)
        return (await self.session.scalars(query)).one()

    async def to_go_for_good(self, ids: Collection[UUID]) -> Sequence[UUID]:
        """Note of portraits in the Trash that they are to go for good; return of which. Nothing brings them back."""
        return await self._change(ids, self._can_return(), purge_asked_at=func.now())

    def _can_return(self) -> ColumnElement[bool]:
        return super()._can_return() & col(Asset.purge_asked_at).is_(None)


class HeldPictures:
    """Pictures of portraits that wait for a bucket to take them."""

    def __init__(self, session: AsyncSession, owner_id: UUID) -> None:
        self.session = session
        self.owner_id = owner_id

    async def ids(self) -> set[UUID]:
        """Return of which portraits there are some."""
        return set(await self.session.scalars(select(HeldPicture.id)))

    async def find(self, asset_id: UUID) -> bytes | None:
        """Return the picture of one portrait, or None."""
        query = select(HeldPicture.picture).where(col(HeldPicture.id) == asset_id)
        return (await self.session.scalars(query)).first()

    async def add(self, asset_id: UUID, picture: bytes) -> None:
        """Hold a picture of a portrait that is being fetched; one that is held already stays."""
        made = {"id": asset_id, "owner_id": self.owner_id, "created_at": now(), "picture": picture}
        await self.session.execute(insert(HeldPicture).values(made).on_conflict_do_nothing())

    async def forget(self, asset_id: UUID) -> None:
        """Hold it no longer."""
        await self.session.execute(delete(HeldPicture).where(col(HeldPicture.id) == asset_id))
