"""Queries about face models and the selfies of a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, func, text
from sqlmodel import col, or_, select

from portrait_app.database.shelf import Shelf
from portrait_app.database.trash import WITH_TRASH, TrashableShelf
from portrait_app.domain.clock import now
from portrait_app.domain.estimate import Usual
from portrait_app.domain.generation import Asset
from portrait_app.domain.lifecycle import AssetStatus, TrainingStatus
from portrait_app.domain.selfie import Selfie, SelfieStatus
from portrait_app.domain.training import LINE_STAYS, Training

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


_LIES_IN_BUCKET = or_(col(Selfie.key).is_not(None), col(Selfie.incoming_key).is_not(None))  # looked at, or not yet


class Trainings(TrashableShelf[Training]):
    """Face models, newest first."""

    row = Training

    async def draft(self) -> Training | None:
        """Return the draft the person is filling, if there is one."""
        query = select(Training).where(col(Training.status) == TrainingStatus.DRAFT).order_by(col(Training.id).desc())
        return (await self.session.scalars(query.limit(1))).first()

    async def started(self) -> Sequence[Training]:
        """Return all that are more than a draft; one that was deleted stays for some days as a line that says so."""
        query = select(Training).where(col(Training.status) != TrainingStatus.DRAFT)
        query = query.where(or_(col(Training.removed_at).is_(None), col(Training.removed_at) > now() - LINE_STAYS))
        return (await self.session.scalars(query.order_by(col(Training.id).desc()))).all()

    async def all(self) -> Sequence[Training]:
        """Return every one, drafts and deleted ones too."""
        return (await self.session.scalars(select(Training).order_by(col(Training.id)))).all()

    async def ready(self) -> Sequence[Training]:
        """Return those that were learned; of such as were deleted, those that portraits are of."""
        its_portrait = select(col(Asset.id)).where(col(Asset.training_id) == col(Training.id))
        has_portraits = exists(
            its_portrait.where(col(Asset.status) == AssetStatus.KEPT, col(Asset.deleted_at).is_(None))
        )
        is_wanted = and_(col(Training.removal_asked_at).is_(None), col(Training.deleted_at).is_(None))
        query = select(Training).where(col(Training.status) == TrainingStatus.READY, or_(is_wanted, has_portraits))
        return (
            await self.session.scalars(query.order_by(col(Training.id).desc()).execution_options(**WITH_TRASH))
        ).all()


async def usual_training(session: AsyncSession, trainer: str) -> Usual | None:
    """Return how long this installation's newest trainings took, all people's together; None while they are too few."""
    found = await session.execute(text("SELECT middle_s, most_s, tail_s FROM app.usual_training(:of)"), {"of": trainer})
    row = found.first()
    return Usual(row[0], row[1], row[2] or 0.0) if row else None


async def known_versions(session: AsyncSession, made: Collection[str]) -> set[str]:
    """Return those of some face models at the engine, `owner/name:hash`, that are somebody's here."""
    return set(await session.scalars(text("SELECT version FROM app.known_versions(:made)"), {"made": list(made)}))


class Selfies(Shelf[Selfie]):
    """Photos of drafts and trainings, in the order they came."""

    row = Selfie

    async def of(self, training_id: UUID) -> Sequence[Selfie]:
        """Return the photos of one training, in the order they came."""
        query = select(Selfie).where(col(Selfie.training_id) == training_id).order_by(col(Selfie.id))
        return (await self.session.scalars(query)).all()

    async def count(self, training_id: UUID) -> int:
        """Count the photos of one training; a file that was refused takes nobody's place."""
        query = select(func.count()).select_from(Selfie)
        query = query.where(col(Selfie.training_id) == training_id, col(Selfie.status) != SelfieStatus.REFUSED)
        return (await self.session.scalars(query)).one()

    async def count_refused(self, training_id: UUID) -> int:
        """Count the files of one training that were refused and not removed."""
        query = select(func.count()).select_from(Selfie)
        query = query.where(col(Selfie.training_id) == training_id, col(Selfie.status) == SelfieStatus.REFUSED)
        return (await self.session.scalars(query)).one()

    async def kept(self) -> int:
        """Count the photos of all trainings that lie in the bucket."""
        return sum((await self.kept_by_training()).values())

    async def shown(self) -> int:
        """Count those of them whose draft or face model doesn't lie in the Trash."""
        query = select(func.count()).select_from(Selfie).join(Training, col(Selfie.training_id) == col(Training.id))
        return (await self.session.scalars(query.where(_LIES_IN_BUCKET))).one()

    async def kept_by_training(self) -> dict[UUID, int]:
        """Count the photos that lie in the bucket, by the draft or face model they are of."""
        query = select(Selfie.training_id, func.count()).where(_LIES_IN_BUCKET)
        found = await self.session.execute(query.group_by(col(Selfie.training_id)))
        return {training_id: count for training_id, count in found}  # noqa: C416 -- rows of a result, no pairs
